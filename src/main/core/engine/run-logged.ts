/** A program of the distribution that fetches packages: run to its end, line by line into a log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { mirrorProxies } from './mirror-proxies.ts';

export interface LoggedRun {
  /** Beside what every such program gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

/**
 * Runs `program` in a process group of its own, so that what it has started ends with it.
 * @throws OpsLabError `engine-failed` with its exit status; the signal's reason when that ended it
 */
export async function runLogged(program: string, args: readonly string[], { env = {}, signal, onLine }: LoggedRun): Promise<void> {
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...mirrorProxies(), ...env },
  });
  const kill = (): void => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (text: string) => {
          const lines = (rest + text).split(/[\r\n]+/);
          rest = (lines.pop() ?? '').slice(-1000);
          for (const line of lines) if (line !== '') onLine(line);
        });
      }
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
    signal.throwIfAborted();
    if (code !== 0) {
      throw new OpsLabError('engine-failed', `${program} ended with status ${code}: see the newest lines of the log.`, { code }, true);
    }
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** SIGTERM to the whole group, SIGKILL to what is left 5 s later. */
function killGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has ended.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(() => send('SIGKILL'), 5_000);
  child.once('close', () => clearTimeout(timer));
}
