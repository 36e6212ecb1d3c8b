// The build: out/ holds what the sources make, under the key of what they are. It appears as a whole or not at all.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashKey } from './hash.mjs';
import { withLock } from './lock.mjs';
import { OUT, ROOT, TOOLS, toolsDirectory } from './paths.mjs';
import { run } from './run.mjs';
import { StepError, say } from './say.mjs';

const SOURCES = [
  'src',
  'electron.vite.config.ts',
  'tsconfig.base.json',
  'package.json',
  'package-lock.json',
  'scripts/lib/app-config.mjs',
  'scripts/lib/bundle.mjs',
  'scripts/lib/sidecars.mjs',
];
const KEY_FILE = 'build-key';

/** @param {string} key */
function isCurrent(key) {
  const file = join(OUT, KEY_FILE);
  return existsSync(file) && readFileSync(file, 'utf8') === key;
}

/**
 * Builds `out/` if the sources have changed since the last time.
 * @param {string} node path of the Node to build with
 * @throws {StepError} when the build fails; the old `out/` is then still there
 */
export async function ensureBuild(node) {
  const key = hashKey(ROOT, SOURCES, { wanted: (path) => !/\.test\.tsx?$|^src\/test-support\//.test(path) });
  if (isCurrent(key)) return;
  await withLock(
    join(TOOLS, 'locks', 'build'),
    async () => {
      if (isCurrent(key)) return;
      say('building the app ...');
      const log = join(toolsDirectory('logs'), 'build.log');
      rmSync(log, { force: true });
      // Beside out/, so that paths relative to it stay the same, and one rename puts it into place.
      const made = join(ROOT, 'out.new');
      const old = join(ROOT, 'out.old');
      for (const directory of [made, old]) rmSync(directory, { recursive: true, force: true });
      const result = await run(node, [join(ROOT, 'scripts/lib/bundle.mjs'), made], { cwd: ROOT, log, timeoutMs: 10 * 60_000 });
      if (!result.ok) {
        rmSync(made, { recursive: true, force: true });
        throw new StepError(`The build failed (${result.message})`, {
          log,
          todo: 'Read the end of the log. If the sources are unchanged, delete node_modules and run this again.',
        });
      }
      writeFileSync(join(made, KEY_FILE), key);
      if (existsSync(OUT)) renameSync(OUT, old);
      renameSync(made, OUT);
      rmSync(old, { recursive: true, force: true });
    },
    { onWait: (pid) => say(`waiting for process ${pid}, which builds the app ...`) },
  );
}
