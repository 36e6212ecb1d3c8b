/** Electron entry: composition only. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { appFiles } from './app-files.ts';
import { dataDirectoryPath } from './data-directory.ts';
import { localCaller, runDesktop } from './electron/desktop.ts';
import { searchPath } from './electron/search-path.ts';
import { requireNatives } from './natives.ts';
import { serveRpc } from './transports/message-port.ts';

const { uiFolder, preload, labs, sidecars, node, electronRunAsNode } = appFiles(import.meta.dirname);

const path = searchPath(process.env.PATH, process.platform, homedir());
if (path !== undefined) process.env.PATH = path;

runDesktop({
  uiFolder,
  preload,
  defaultDataDirectory: dataDirectoryPath(undefined),
  openCore: async ({ dataDirectory, labFolders }) => {
    requireNatives();
    const { createCore } = await import('./core/create-core.ts');
    const ownLabs = join(dataDirectory, 'labs');
    return createCore({
      dataDirectory,
      labFolders: { builtIn: labs, extra: [...(existsSync(ownLabs) ? [ownLabs] : []), ...labFolders] },
      sidecarFolder: sidecars,
      node,
      electronRunAsNode,
      version: packageJson.version,
    });
  },
  connectRpc: (core, port) => serveRpc(core, () => localCaller(core), port),
});
