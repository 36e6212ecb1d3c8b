// Child processes: as argument arrays, with their output in a log file, within a time, in a process group that is ended as a whole.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { interrupted } from './interrupt.mjs';

/**
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, timeoutMs?: number, signal?: AbortSignal }} RunOptions
 * @typedef {{ ok: boolean, code: number | null, timedOut: boolean, seconds: number, message: string }} RunResult
 */

const KILL_AFTER_MS = 10_000;

/**
 * Ends a process and all that it started.
 * @param {number} pid of a process that was started detached
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(pid, signal) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended already.
  }
}

/**
 * Runs a program to its end; it reads nothing. On time-out, abort or interrupt its whole group gets SIGTERM, then SIGKILL.
 * @param {string} file
 * @param {string[]} args
 * @param {RunOptions} [options] `log`: file that gets both outputs; without it they are thrown away
 * @returns {Promise<RunResult>} never rejects: a program that cannot be started is a result with `ok: false`
 */
export function run(file, args, { cwd, env = process.env, log, timeoutMs, signal } = {}) {
  const started = Date.now();
  const output = log === undefined ? 'ignore' : openSync(log, 'a');
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: ['ignore', output, output],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let timedOut = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killTimer;
    const end = () => {
      if (child.pid === undefined) return;
      const { pid } = child;
      signalGroup(pid, 'SIGTERM');
      killTimer ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, timeoutMs);
    const signals = signal === undefined ? [interrupted] : [interrupted, signal];
    for (const each of signals) {
      each.addEventListener('abort', end, { once: true });
      if (each.aborted) end();
    }
    /** @param {number | null} code @param {string} message */
    const finish = (code, message) => {
      clearTimeout(timer);
      if (killTimer !== undefined && child.pid !== undefined) {
        clearTimeout(killTimer);
        // It was told to end, and did; what it had started may not have been told.
        signalGroup(child.pid, 'SIGKILL');
      }
      for (const each of signals) each.removeEventListener('abort', end);
      if (typeof output === 'number') closeSync(output);
      resolve({ ok: code === 0 && !timedOut, code, timedOut, seconds: (Date.now() - started) / 1000, message });
    };
    let settled = false;
    child.on('error', (error) => {
      if (!settled) finish(null, error.message);
      settled = true;
    });
    child.on('exit', (code, killedBy) => {
      if (settled) return;
      settled = true;
      const within = timedOut ? ` after ${Math.round((timeoutMs ?? 0) / 1000)} s, its time-out` : '';
      finish(code, killedBy === null ? `exit code ${code}${within}` : `ended by ${killedBy}${within}`);
    });
  });
}

/**
 * @param {string} file
 * @param {string[]} args
 * @param {number} [timeoutMs]
 * @returns {Promise<boolean>} whether the program ran and was content
 */
export async function succeeds(file, args, timeoutMs = 15_000) {
  return (await run(file, args, { timeoutMs })).ok;
}

/** @param {string} log @param {number} [lines] @returns {string} the end of a log */
export function tail(log, lines = 40) {
  if (!existsSync(log)) return '';
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * Runs npm under a given Node: npm leaves out packages for this machine that its own Node is too old for, without a word. It is the
 * npm that started us, the one beside the Node that runs this, or the one on PATH.
 * @param {string} node
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}
 */
export function runNpm(node, args, options) {
  const beside = dirname(process.execPath);
  const places = [join(beside, 'node_modules/npm/bin/npm-cli.js'), join(beside, '../lib/node_modules/npm/bin/npm-cli.js')];
  const given = process.env.npm_execpath;
  if (given !== undefined && /npm-cli\.js$/.test(given)) places.unshift(given);
  const cli = places.find((path) => existsSync(path));
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  return cli === undefined ? run('npm', args, { ...options, env }) : run(node, [cli, ...args], { ...options, env });
}
