/** Electron entry: composition only. */
import { join } from 'node:path';
import { app } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import { createCore } from './core/create-core.ts';
import { localCaller, runDesktop } from './electron/desktop.ts';
import { serveRpc } from './transports/message-port.ts';

const root = join(import.meta.dirname, '../..');

runDesktop({
  uiFolder: join(root, 'out/renderer'),
  preload: join(root, 'out/preload/index.cjs'),
  defaultDataDirectory: join(app.getPath('appData'), 'ops-lab'),
  openCore: ({ dataDirectory, labFolders }) =>
    createCore({
      dataDirectory,
      labFolders: { builtIn: join(root, 'labs'), extra: labFolders },
      sidecarFolder: join(root, 'out/sidecar'),
      node: process.execPath,
      electronRunAsNode: process.versions.electron !== undefined,
      version: packageJson.version,
    }),
  connectRpc: (core, port) => serveRpc(core, () => localCaller(core), port),
});
