/** Runs one program of a session to its end. */
import { spawn } from 'node:child_process';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { kill, treeOf } from '../../../../sidecar/supervisor/process-table.ts';
import type { ExecResult } from '../runtime.ts';

/** Of each of stdout and stderr, in bytes; what comes after is read and left out. */
const OUTPUT_LIMIT = 4_000_000;

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to stdin, which is then closed. */
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * @param argv whose first process takes its children with it when it is killed (setpriv --pdeathsig)
 * @throws OpsLabError `timeout`, `cancelled`, or `engine-failed` when it cannot be started
 */
export function runProgram(argv: readonly string[], options: RunOptions): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(cancelled(argv));
      return;
    }
    const [file = '', ...args] = argv;
    const child = spawn(file, args, { cwd: options.cwd, env: { ...options.env }, stdio: 'pipe', detached: true });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let failure: OpsLabError | null = null;
    const end = (error: OpsLabError) => {
      failure ??= error;
      if (child.pid === undefined) return;
      for (const pid of treeOf(child.pid)) kill(pid, 'SIGKILL');
      kill(-child.pid, 'SIGKILL');
      // Whatever it left behind may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const abort = () => end(cancelled(argv));
    const timer = setTimeout(
      () => end(new OpsLabError('timeout', `A program did not end within ${options.timeoutMs} ms: ${argv.at(-1)}`, {}, true)),
      options.timeoutMs,
    );
    options.signal?.addEventListener('abort', abort, { once: true });
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    };
    child.once('error', (error) => {
      settle();
      reject(new OpsLabError('engine-failed', `A program could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      settle();
      if (failure !== null) reject(failure);
      else resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout: stdout(), stderr: stderr() });
    });
    // It may end without reading its input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < OUTPUT_LIMIT) chunks.push(chunk.subarray(0, OUTPUT_LIMIT - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function cancelled(argv: readonly string[]): OpsLabError {
  return new OpsLabError('cancelled', `A program was cancelled: ${argv.at(-1)}`);
}
