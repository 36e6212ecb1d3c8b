// Whether this machine can show the app in Electron. Its binary is not part of the npm package: the package fetches it at first use.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, toolsDirectory } from './paths.mjs';
import { run, tail } from './run.mjs';
import { say } from './say.mjs';

const PACKAGE = join(ROOT, 'node_modules', 'electron');
/** Path of the program within an unpacked Electron. */
export const ELECTRON_BINARY =
  process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : process.platform === 'win32' ? 'electron.exe' : 'electron';

const DAY_MS = 24 * 60 * 60_000;
/** A download that has brought nothing for so long is given up; one that goes on may take its time. */
const STALL_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 15 * 60_000;

/** @param {NodeJS.ProcessEnv} [env] @returns {boolean} whether a window can be shown */
export function hasDisplay(env = process.env) {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** @returns {string | undefined} path of the Electron binary, if it is on this machine */
export function electronBinary() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const path = join(override || join(PACKAGE, 'dist'), ELECTRON_BINARY);
  if (!existsSync(path)) return undefined;
  // The package writes path.txt last: without it the archive was unpacked only in part.
  return override || existsSync(join(PACKAGE, 'path.txt')) ? path : undefined;
}

/** @param {string} directory @returns {number} bytes of all files in it, at any depth */
function sizeOf(directory) {
  let size = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) size += sizeOf(path);
    else size += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return size;
}

/** @param {string} directory @param {() => void} giveUp @returns {NodeJS.Timeout} */
function watchProgress(directory, giveUp) {
  let size = -1;
  let since = Date.now();
  return setInterval(() => {
    let now = size;
    try {
      now = sizeOf(directory);
    } catch {
      // A file went away while it was looked at: that is progress too.
      since = Date.now();
    }
    if (now !== size) {
      size = now;
      since = Date.now();
    } else if (Date.now() - since > STALL_MS) {
      giveUp();
    }
  }, 500);
}

/**
 * Lets the electron package fetch its binary. A failure is remembered for a day.
 * @param {string} node
 * @param {{ force: boolean }} options `force`: try even if it failed today
 * @returns {Promise<{ binary: string } | { reason: string }>}
 */
export async function obtainElectron(node, { force }) {
  const present = electronBinary();
  if (present !== undefined) return { binary: present };
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) {
    return { reason: `there is no ${ELECTRON_BINARY} in ELECTRON_OVERRIDE_DIST_PATH (${process.env.ELECTRON_OVERRIDE_DIST_PATH})` };
  }
  const failure = join(toolsDirectory(), 'electron-failed');
  const failedAt = statSync(failure, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!force && Date.now() - failedAt < DAY_MS) {
    return { reason: `its binary could not be downloaded today (${readFileSync(failure, 'utf8')}); --host electron tries again` };
  }
  say('fetching the Electron binary (about 110 MB) ...');
  const log = join(toolsDirectory('logs'), 'electron.log');
  rmSync(log, { force: true });
  const temporary = toolsDirectory('electron-download');
  const stalled = new AbortController();
  const timer = watchProgress(temporary, () => stalled.abort());
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const result = await run(node, [join(PACKAGE, 'install.js')], {
    cwd: ROOT,
    env,
    log,
    timeoutMs: DOWNLOAD_LIMIT_MS,
    signal: stalled.signal,
  });
  clearInterval(timer);
  rmSync(temporary, { recursive: true, force: true });
  const binary = result.ok ? electronBinary() : undefined;
  if (binary !== undefined) {
    rmSync(failure, { force: true });
    return { binary };
  }
  const cause = stalled.signal.aborted
    ? `nothing arrived for ${STALL_MS / 1000} s`
    : (tail(log).match(/^\S*Error.*$/m)?.[0] ?? result.message);
  writeFileSync(failure, cause);
  return { reason: `its binary could not be downloaded (${cause}; log: ${log})` };
}
