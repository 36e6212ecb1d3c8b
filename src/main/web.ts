/** Web-host entry: composition only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { OpsLabError } from '../shared/contract/errors.ts';
import { appFiles } from './app-files.ts';
import type { Core } from './core/core.ts';
import { isHeldByHost } from './core/host-lock.ts';
import { dataDirectoryPath } from './data-directory.ts';
import { requireNatives } from './natives.ts';
import { HELP, readWebOptions, type WebOptions } from './web/options.ts';
import { runWebHost } from './web/run.ts';

const FILES = appFiles(import.meta.dirname);
/** Hosts that may run beside each other without a data directory of their own being named. */
const MAX_UNNAMED = 9;

async function openCore(options: WebOptions, dataDirectory: string): Promise<Core> {
  const { createCore } = await import('./core/create-core.ts');
  const ownLabs = join(dataDirectory, 'labs');
  return createCore({
    dataDirectory,
    labFolders: { builtIn: FILES.labs, extra: [...(existsSync(ownLabs) ? [ownLabs] : []), ...options.labFolders] },
    sidecarFolder: FILES.sidecars,
    node: FILES.node,
    electronRunAsNode: FILES.electronRunAsNode,
    version: packageJson.version,
  });
}

/** The usual directory, or one beside it while another host has that one. */
async function openSomewhere(options: WebOptions): Promise<Core> {
  if (options.dataDirectory !== null) return openCore(options, options.dataDirectory);
  const usual = dataDirectoryPath(undefined);
  for (let number = 1; ; number++) {
    try {
      return await openCore(options, number === 1 ? usual : `${usual}-${number}`);
    } catch (error) {
      if (!isHeldByHost(error) || number === MAX_UNNAMED) throw error;
      console.error(`ops-lab: another Ops Lab has that data directory open; this one uses ${usual}-${number + 1}`);
    }
  }
}

async function main(): Promise<number> {
  const options = readWebOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  requireNatives();
  const core = await openSomewhere(options);
  return runWebHost(core, {
    dataDirectory: core.info.dataDirectory,
    usualDataDirectory: dataDirectoryPath(undefined),
    pageFolder: FILES.uiFolder,
    port: options.port,
    exactPort: options.exactPort,
    rendererUrl: process.env.OPS_LAB_RENDERER_URL,
    open: options.open,
  });
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error instanceof OpsLabError ? `ops-lab: ${error.message}` : error);
    process.exit(1);
  },
);
