/** Programs that run to their end in a container: output and time bounded, nothing left behind. */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { callEngine } from '../../engine/api.ts';
import type { ExecResult } from '../runtime.ts';
import { type ExecSpec, startExec } from './exec-stream.ts';
import { hangUp, NONCE_VARIABLE } from './hang-up.ts';

/** Bytes of stdout, and of stderr, that `runExec` keeps. */
export const OUTPUT_LIMIT = 1_000_000;

async function collect(stream: Readable, tooMuch: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > OUTPUT_LIMIT) {
      tooMuch();
      break;
    }
    parts.push(chunk as Buffer);
  }
  return Buffer.concat(parts).toString('latin1');
}

/** The exit status is known a moment after the streams have ended. */
async function exitCodeOf(docker: Docker, id: string): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const { Running, ExitCode } = await callEngine<{ Running: boolean; ExitCode: number | null }>(docker, {
      method: 'GET',
      path: `/exec/${id}/json`,
    });
    if (!Running && ExitCode !== null) return ExitCode;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new OpsLabError('engine-failed', 'The engine does not say how the program ended.', {}, true);
}

/**
 * Runs a program to its end.
 * @returns its output as bytes in latin1 strings (see `asText`)
 * @throws OpsLabError `timeout`, `cancelled`, `limit` (more than 1 MB of output), `engine-failed`
 */
export async function runExec(
  docker: Docker,
  spec: ExecSpec,
  { input, timeoutMs, signal }: { input?: Uint8Array | undefined; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<ExecResult> {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  // The engine cannot end what it started by exec; `timeout` in the container does, also when this host is gone. The nonce
  // is for ending it sooner.
  const nonce = `exec-${randomBytes(8).toString('hex')}`;
  const argv = ['timeout', '--kill-after=1', String(seconds), ...spec.argv];
  const running = await startExec(docker, { ...spec, argv, env: { ...spec.env, [NONCE_VARIABLE]: nonce } }, signal);
  let failure: OpsLabError | null = null;
  const fail = (error: OpsLabError): void => {
    if (failure) return;
    failure = error;
    running.close();
    void hangUp(docker, spec.container, nonce);
  };
  const late = setTimeout(() => fail(new OpsLabError('timeout', `${spec.argv[0]} did not end within ${seconds} s.`, {}, true)), timeoutMs);
  const abort = (): void => fail(new OpsLabError('cancelled', `${spec.argv[0]} was cancelled.`));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    running.stdin.end(input ?? new Uint8Array());
    const tooMuch = (): void => fail(new OpsLabError('limit', `${spec.argv[0]} wrote more than ${OUTPUT_LIMIT} bytes.`));
    const [stdout, stderr] = await Promise.all([collect(running.stdout, tooMuch), collect(running.stderr, tooMuch)]);
    if (failure) throw failure;
    return { exitCode: await exitCodeOf(docker, running.id), stdout, stderr };
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
    running.close();
  }
}

/** Output as text. */
export function asText(result: ExecResult): ExecResult {
  const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
  return { exitCode: result.exitCode, stdout: text(result.stdout), stderr: text(result.stderr) };
}
