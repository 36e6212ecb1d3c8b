/** One way to call the engine: through dockerode's transport, always with a time-out, typed where the answer is used. */
import type { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Without the version, such as `/containers/json`. */
  readonly path: string;
  /** Objects are sent as JSON, as the engine's filters want them. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** A tar archive to send as the body. */
  readonly archive?: Readable | Buffer;
  /** Statuses beyond 200, 201 and 204 that are fine too. */
  readonly also?: readonly number[];
  /** Milliseconds to the whole answer; of a stream, to its first byte. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Dial {
  dial(options: Record<string, unknown>, callback: (error: unknown, data: unknown) => void): void;
}

const CALL_TIMEOUT = 30_000;

function dial(docker: Docker, call: ApiCall, extra: Record<string, unknown>): Promise<unknown> {
  const statusCodes = Object.fromEntries([200, 201, 204, ...(call.also ?? [])].map((status) => [status, true]));
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new DOMException('the engine did not answer in time', 'TimeoutError')),
    call.timeoutMs ?? CALL_TIMEOUT,
  );
  const abortSignal = call.signal ? AbortSignal.any([timeout.signal, call.signal]) : timeout.signal;
  let onAbort = (): void => {};
  return new Promise<unknown>((resolve, reject) => {
    // When the connection is cut within an answer, dockerode tells of nothing more, not even of the signal.
    onAbort = () => reject(abortSignal.reason);
    if (abortSignal.aborted) onAbort();
    abortSignal.addEventListener('abort', onAbort, { once: true });
    (docker.modem as unknown as Dial).dial(
      {
        path: `${call.path}?`,
        method: call.method,
        statusCodes,
        abortSignal,
        options: { _query: call.query ?? {}, _body: call.body ?? {} },
        ...(call.archive ? { file: call.archive } : {}),
        ...extra,
      },
      (error, data) => (error ? reject(error) : resolve(data)),
    );
  }).finally(() => {
    clearTimeout(timer);
    abortSignal.removeEventListener('abort', onAbort);
  });
}

/** @throws what dockerode throws, or the reason of the signal; see engine-error.ts */
export async function callEngine<T>(docker: Docker, call: ApiCall): Promise<T> {
  return (await dial(docker, call, {})) as T;
}

/** An answer that is read as it comes. The caller ends it by destroying the stream or by the signal. */
export async function streamFromEngine(docker: Docker, call: ApiCall): Promise<Readable> {
  return (await dial(docker, call, { isStream: true })) as Readable;
}

/** A connection in both directions (exec, attach). The caller destroys it. */
export async function hijackEngine(docker: Docker, call: ApiCall): Promise<Duplex> {
  return (await dial(docker, call, { isStream: true, hijack: true, openStdin: true, allowEmpty: true })) as Duplex;
}

/**
 * Reads a stream of JSON values, one a line, as builds, pulls, loads and events send them.
 * @throws Error with the engine's sentence when a line carries `error`
 */
export async function* jsonLines(stream: Readable): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += decoder.decode(chunk as Buffer, { stream: true });
    let end = rest.indexOf('\n');
    while (end >= 0) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      end = rest.indexOf('\n');
      if (line !== '') yield parse(line);
    }
  }
  if (rest.trim() !== '') yield parse(rest);
}

function parse(line: string): Record<string, unknown> {
  const value = JSON.parse(line) as Record<string, unknown>;
  if (typeof value.error === 'string') throw new Error(value.error);
  return value;
}
