// A lock between processes, as a file. Two runs in one clone wait for each other; a lock whose holder died is taken over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { interrupted } from './interrupt.mjs';
import { StepError } from './say.mjs';

const POLL_MS = 200;

/**
 * When a process started, as the kernel counts it; '' where that is not known. Together with the pid it names a process for
 * good: pids are used again, after a reboot at the latest.
 * @param {number} pid
 */
export function processStart(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {number} pid @param {string} start as `processStart` gave it */
export function isAlive(pid, start) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return start === '' || processStart(pid) === start;
}

/** The name of this process for other processes: `pid start`. */
export function ownName() {
  return `${process.pid} ${processStart(process.pid)}`;
}

/** @param {string} name as `ownName` gave it */
export function isNameAlive(name) {
  const [pid, start = ''] = name.trim().split(' ');
  return isAlive(Number(pid), start);
}

/** @param {string} path @returns {string | undefined} */
function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Makes the lock file, with its holder already in it, in one step. @param {string} path @returns {boolean} whether it is ours now
 */
function tryTake(path) {
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(own, ownName());
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes a lock whose holder died. Moving it aside first decides between several that noticed at once; had one of them already
 * made a new lock in between, that one is put back.
 * @param {string} path @param {string} dead
 */
function removeStale(path, dead) {
  const aside = `${path}.stale.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    renameSync(path, aside);
    if (readHolder(aside) !== dead) linkSync(aside, path);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Runs `work` while no other process runs under the same lock.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: string) => void, timeoutMs?: number, interruptible?: boolean }} [options] `onWait` is called once, if there is
 *   somebody to wait for; `interruptible: false` for the clean-up after an interrupt
 * @returns {Promise<T>}
 * @throws {StepError} when the other one is not done within `timeoutMs` (default 30 minutes)
 */
export async function withLock(path, work, { onWait, timeoutMs = 30 * 60_000, interruptible = true } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + timeoutMs;
  let told = false;
  while (!tryTake(path)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (!isNameAlive(holder)) {
      removeStale(path, holder);
      continue;
    }
    const pid = holder.split(' ')[0] ?? '';
    if (!told) onWait?.(pid);
    told = true;
    if (Date.now() > deadline) {
      throw new StepError(`Process ${pid} holds ${path} for too long`, { todo: `End process ${pid} if it hangs, then run this again.` });
    }
    await delay(POLL_MS, undefined, interruptible ? { signal: interrupted } : {});
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
