// The native modules: better-sqlite3 and node-pty bring their binaries inside their packages; here it is shown that they work.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, toolsDirectory } from './paths.mjs';
import { run } from './run.mjs';
import { StepError, say } from './say.mjs';

/**
 * @param {string} node path of the Node that the app will run on
 * @param {string} dependencies key of what is installed
 * @throws {StepError} when a native module does not work under that Node
 */
export async function ensureNatives(node, dependencies) {
  const stamp = join(toolsDirectory(), 'natives');
  const key = `${dependencies} ${node}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  // npm keeps the mode of files in a package, and this one is packed without its execute bit.
  const helper = join(ROOT, 'node_modules/node-pty/prebuilds', `${process.platform}-${process.arch}`, 'spawn-helper');
  if (process.platform === 'darwin' && existsSync(helper)) chmodSync(helper, 0o755);
  say('checking the native modules (SQLite, pty) ...');
  const log = join(toolsDirectory('logs'), 'natives.log');
  rmSync(log, { force: true });
  const result = await run(node, [join(ROOT, 'scripts/lib/natives-probe.mjs')], { cwd: ROOT, log, timeoutMs: 60_000 });
  if (!result.ok) {
    throw new StepError(`better-sqlite3 or node-pty does not work on this machine under ${node} (${result.message})`, {
      log,
      todo: `They support Linux (glibc), macOS and Windows on x64 and arm64; this is ${process.platform}-${process.arch}. If it is one of these, delete node_modules and run this again.`,
    });
  }
  writeFileSync(stamp, key);
}
