/** The host with a page of a few lines and a core that echoes: what the stand-in's own test runs. */
import { join } from 'node:path';
import type { Core } from '../../../src/main/core/core.ts';
import { runDesktop } from '../../../src/main/electron/desktop.ts';

const TERMINAL = 'a'.repeat(32);

const core = {
  learners: { current: () => ({ id: 'b'.repeat(32) }) },
  sessions: {
    attachTerminal(_caller, terminalId, channel) {
      if (terminalId !== TERMINAL) throw new Error('no such terminal');
      channel.onMessage((bytes) => channel.send(new Uint8Array([...bytes].reverse())));
      channel.onClose(() => console.log('terminal closed'));
    },
  },
  close: async () => console.log('core closed'),
} as Core;

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
