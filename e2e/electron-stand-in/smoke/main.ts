/** The host with a page of a few lines and a core that echoes: what the stand-in's own test runs. */
import { join } from 'node:path';
import type { Core } from '../../../src/main/core/core.ts';
import { runDesktop } from '../../../src/main/electron/desktop.ts';
import type { BinaryChannel } from '../../../src/shared/terminal-wire/channel.ts';

const TERMINAL = 'a'.repeat(32);

const LEARNER = { id: 'b'.repeat(32) };
let onClose = 'ask';

const core = {
  learners: {
    current: () => LEARNER,
    list: () => [LEARNER],
    import: async (_caller: unknown, content: string) => {
      console.log(`imported ${content}`);
      return { learner: { name: 'Ada' } };
    },
  },
  settings: {
    get: () => ({ onClose }),
    set: (patch: { onClose: string }) => {
      onClose = patch.onClose;
      console.log(`from now on ${onClose}`);
    },
  },
  sessions: {
    list: async () => (process.env.SMOKE_RUNNING ? [{ state: 'running' }, { state: 'stopped' }] : []),
    attachTerminal(_caller: unknown, terminalId: string, channel: BinaryChannel) {
      if (terminalId !== TERMINAL) throw new Error('no such terminal');
      channel.onMessage((bytes) => channel.send(new Uint8Array([...bytes].reverse())));
      channel.onClose(() => console.log('terminal closed'));
    },
  },
  engine: { refresh: async () => console.log('engine looked at again') },
  close: async (fate?: string) => console.log(`core closed, sessions ${fate}`),
} as unknown as Core;

runDesktop({
  uiFolder: join(import.meta.dirname, 'ui'),
  preload: process.env.SMOKE_PRELOAD ?? '',
  defaultDataDirectory: '/nonexistent',
  openCore: async ({ dataDirectory, labFolders }) => {
    console.log(`data in ${dataDirectory}, labs in ${labFolders.join()}`);
    return core;
  },
  connectRpc: (_core, port) => {
    port.on('message', ({ data }) => port.postMessage(`echo ${data}`));
    port.on('close', () => console.log('rpc closed'));
    port.start();
  },
});
