/** Entry of the command line (`npm run lab -- COMMAND`): composition only. */
import { appFiles } from './app-files.ts';
import { written } from './cli/written.ts';
import { requireNatives } from './natives.ts';

const files = appFiles(import.meta.dirname);

const streams = [process.stdout, process.stderr];
// A reader that is gone (`| head`) is no failure of the command.
for (const stream of streams) stream.on('error', () => {});

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // The second time the person does not want to wait for the clean-up; the next start sweeps.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

try {
  requireNatives();
} catch (error) {
  console.error(`ops-lab: ${(error as Error).message}`);
  process.exit(1);
}
const [{ runCli }, { createWorkshop }] = await Promise.all([import('./cli/run-cli.ts'), import('./cli/workshop.ts')]);
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  labsFolder: files.labs,
  createWorkshop: (dataDirectory) => createWorkshop({ dataDirectory, files }),
  signal: interrupted.signal,
});
await Promise.all(streams.map(written));
// Connections that an engine keeps open must not keep the command running.
process.exit();
