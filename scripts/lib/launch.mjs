// Runs the app, or another program of ours in the foreground, as if it had been started by hand.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { interruptCode, interrupted, onInsist } from './interrupt.mjs';
import { ROOT } from './paths.mjs';
import { signalGroup } from './run.mjs';
import { say } from './say.mjs';

/** How long a host may take to close its sessions after the signal. */
const CLOSE_LIMIT_MS = 20_000;

/** Node arguments that make a program end when this process is gone, however that happened. */
export const ENDS_WITH_US = ['--import', pathToFileURL(join(ROOT, 'scripts/lib/end-with-launcher.mjs')).href];

/**
 * Runs a program with our outputs until it ends. The first Ctrl-C reaches it once, as that signal; a later one, or a host that
 * does not end in time, kills it with everything that it started.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, stdin?: 'pipe' | 'inherit', closeLimitMs?: number }} options `pipe`: an input that ends
 *   with this process; `closeLimitMs`: how long it may take to end after the signal
 * @returns {Promise<number>} its exit code, 128 + n for a signal
 */
export function runInForeground(file, args, { cwd, env = process.env, stdin = 'pipe', closeLimitMs = CLOSE_LIMIT_MS }) {
  return new Promise((resolve, reject) => {
    // A group of its own: the terminal's Ctrl-C would otherwise reach it a second time.
    const detached = process.platform !== 'win32' && stdin === 'pipe';
    const child = spawn(file, args, { cwd, env, stdio: [stdin, 'inherit', 'inherit'], detached });
    /** @param {NodeJS.Signals} signal */
    const send = (signal) => {
      if (child.pid === undefined) return;
      if (detached && signal === 'SIGKILL') signalGroup(child.pid, signal);
      else child.kill(signal);
    };
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const end = () => {
      // Without a group of its own the terminal has told it already; a signal that came to us alone has to be passed on.
      if (detached || interrupted.reason !== 'SIGINT') send(/** @type {NodeJS.Signals} */ (interrupted.reason));
      timer = setTimeout(() => {
        say(`the app did not end within ${closeLimitMs / 1000} s of ${interrupted.reason}: killing it`);
        send('SIGKILL');
      }, closeLimitMs);
    };
    interrupted.addEventListener('abort', end, { once: true });
    if (interrupted.aborted) end();
    onInsist(() => send('SIGKILL'));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      interrupted.removeEventListener('abort', end);
      resolve(code ?? (interrupted.aborted || signal === null ? interruptCode() : 1));
    });
  });
}
