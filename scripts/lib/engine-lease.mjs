// A Docker engine for the time of a test run. One that answers already is used and left alone; otherwise one is started, shared by
// all runs that come while it lives, and stopped by the last of them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { interrupted } from './interrupt.mjs';
import { isNameAlive, ownName, processStart, withLock } from './lock.mjs';
import { succeeds, tail } from './run.mjs';
import { StepError, say } from './say.mjs';

/** Only root writes here, and it is empty after a reboot. */
export const STATE = '/run/ops-lab';
const USERS = join(STATE, 'engine-users');
const ENGINE = join(STATE, 'engine');
const LOG = join(STATE, 'dockerd.log');

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;

/** @returns {Promise<boolean>} whether a Docker engine answers */
export function engineAnswers() {
  return succeeds('docker', ['version']);
}

/**
 * dockerd takes a living process with the pid in containerd's pid file for its containerd and waits for it in vain.
 */
function removeStalePidFiles() {
  for (const [file, name] of [
    ['/var/run/docker/containerd/containerd.pid', 'containerd'],
    ['/var/run/docker.pid', 'dockerd'],
  ]) {
    if (file === undefined || !existsSync(file)) continue;
    const pid = readFileSync(file, 'utf8').trim();
    const command = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : '';
    if (command !== name) rmSync(file, { force: true });
  }
}

async function startEngine() {
  removeStalePidFiles();
  say(`starting dockerd (log: ${LOG}) ...`);
  rmSync(LOG, { force: true });
  const output = openSync(LOG, 'a');
  const child = spawn('dockerd', ['--pidfile', join(STATE, 'dockerd.pid')], {
    stdio: ['ignore', output, output],
    detached: true,
    cwd: '/',
  });
  let ended = '';
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, signal) => {
    ended = `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await engineAnswers())) {
    if (ended !== '' || Date.now() > deadline || interrupted.aborted) {
      if (child.pid !== undefined && ended === '') process.kill(child.pid, 'SIGTERM');
      throw new StepError(`dockerd did not start: ${ended || `no answer within ${START_LIMIT_MS / 1000} s`}\n${tail(LOG, 8)}`, {
        log: LOG,
        todo: 'Start a Docker engine by hand, then run this again.',
      });
    }
    await delay(250);
  }
  writeFileSync(ENGINE, `${child.pid} ${processStart(child.pid ?? 0)}`);
}

/** @returns {string[]} names of the users that are alive; the files of the dead are removed */
function livingUsers() {
  return readdirSync(USERS).filter((file) => {
    const name = file.replace('-', ' ');
    if (isNameAlive(name)) return true;
    rmSync(join(USERS, file), { force: true });
    return false;
  });
}

/** @returns {string | undefined} name of the engine that one of our runs started */
function ownEngine() {
  if (!existsSync(ENGINE)) return undefined;
  const name = readFileSync(ENGINE, 'utf8');
  return isNameAlive(name) ? name : undefined;
}

/**
 * Makes sure that an engine answers until the lease is given back.
 * @returns {Promise<{ release: () => Promise<void> }>}
 * @throws {StepError} when none can be started
 */
export async function leaseEngine() {
  const own = join(USERS, ownName().replace(' ', '-'));
  const lock = join(STATE, 'engine.lock');
  await withLock(lock, async () => {
    mkdirSync(USERS, { recursive: true, mode: 0o700 });
    writeFileSync(own, '');
    try {
      if (!(await engineAnswers())) await startEngine();
    } catch (error) {
      rmSync(own, { force: true });
      throw error;
    }
  });
  const release = () =>
    withLock(
      lock,
      async () => {
        rmSync(own, { force: true });
        const engine = ownEngine();
        if (engine === undefined || livingUsers().length > 0) return;
        say('stopping dockerd, which this run or an earlier one started ...');
        process.kill(Number(engine.split(' ')[0]), 'SIGTERM');
        const deadline = Date.now() + STOP_LIMIT_MS;
        while (isNameAlive(engine) && Date.now() < deadline) await delay(100);
        if (!isNameAlive(engine)) rmSync(ENGINE, { force: true });
      },
      { interruptible: false },
    );
  return { release };
}
