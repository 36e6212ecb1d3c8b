// npm run lab -- COMMAND: sets up what is missing, then runs the command line of the built app.
import { join } from 'node:path';
import { ENDS_WITH_US, runInForeground } from './lib/launch.mjs';
import { callerDirectory, OUT } from './lib/paths.mjs';
import { runMain } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

await runMain(async () => {
  const node = await setUp();
  const args = process.argv.slice(2);
  return runInForeground(node, [...ENDS_WITH_US, join(OUT, 'main/cli.js'), ...(args.length === 0 ? ['--help'] : args)], {
    cwd: callerDirectory(),
  });
});
