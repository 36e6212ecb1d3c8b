// npm run bench, npm run soak: set up what is missing, then run a program of bench/ on the Node of the app.
import { join } from 'node:path';
import { ENDS_WITH_US, runInForeground } from './lib/launch.mjs';
import { callerDirectory, ROOT } from './lib/paths.mjs';
import { runMain } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

/** Thirty sessions may have to be removed. */
const CLOSE_LIMIT_MS = 120_000;

await runMain(async () => {
  const node = await setUp();
  const [program = 'bench', ...args] = process.argv.slice(2);
  return runInForeground(node, [...ENDS_WITH_US, join(ROOT, `bench/${program}.ts`), ...args], {
    cwd: callerDirectory(),
    closeLimitMs: CLOSE_LIMIT_MS,
  });
});
