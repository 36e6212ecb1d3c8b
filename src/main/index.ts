/** Electron entry: composition only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createCore } from './core/create-core.ts';
import { dataDirectoryPath } from './data-directory.ts';
import { localCaller, runDesktop } from './electron/desktop.ts';
import { serveRpc } from './transports/message-port.ts';

const root = join(import.meta.dirname, '../..');

runDesktop({
  uiFolder: join(import.meta.dirname, '../renderer'),
  preload: join(import.meta.dirname, '../preload/index.cjs'),
  defaultDataDirectory: dataDirectoryPath(undefined),
  openCore: ({ dataDirectory, labFolders }) => {
    const ownLabs = join(dataDirectory, 'labs');
    return createCore({
      dataDirectory,
      labFolders: { builtIn: join(root, 'labs'), extra: [...(existsSync(ownLabs) ? [ownLabs] : []), ...labFolders] },
      sidecarFolder: join(import.meta.dirname, '../sidecar'),
      node: process.execPath,
      electronRunAsNode: process.versions.electron !== undefined,
      version: packageJson.version,
    });
  },
  connectRpc: (core, port) => serveRpc(core, () => localCaller(core), port),
});
