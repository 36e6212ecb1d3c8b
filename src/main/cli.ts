/** Entry of the command line (`npm run lab -- COMMAND`): composition only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './cli/run-cli.ts';
import { createWorkshop } from './cli/workshop.ts';

const root = join(import.meta.dirname, '../..');
const labsFolder = join(root, 'labs');
const built = join(import.meta.dirname, '../sidecar');
const sidecarFolder = existsSync(join(built, 'observer.mjs')) ? built : join(root, 'out/sidecar');

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // The second time the person does not want to wait for the clean-up; the next start sweeps.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  labsFolder,
  createWorkshop: (dataDirectory) => createWorkshop({ dataDirectory, labsFolder, sidecarFolder }),
  signal: interrupted.signal,
});
// Connections that an engine keeps open must not keep the command running.
process.exit();
