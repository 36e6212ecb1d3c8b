/**
 * The host's side of the observer's protocol, over any stream in both directions: the stdin and stdout of an exec in a
 * container, or of a child process. Opens and closes nothing but that stream.
 */
import type { Readable, Writable } from 'node:stream';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { HostLine, ObserverJob, ObserverLine } from '../../../sidecar/observer/protocol.ts';
import type { LearnerContainer, ProcessFacts, ServiceStatus, SocketFacts } from './runtime.ts';

/** Facts that only the runtime has, for probes that ask in the middle of their work. */
export interface ObserverFacts {
  processes(service: string): Promise<readonly ProcessFacts[]>;
  sockets(service: string): Promise<readonly SocketFacts[]>;
  service(service: string): Promise<ServiceStatus>;
  restart(service: string): Promise<void>;
  /** Of the whole session; empty where there is no engine for the learner. */
  containers(): Promise<readonly LearnerContainer[]>;
}

export interface ObserverStreams {
  /** The observer's stdin. */
  readonly input: Writable;
  /** The observer's stdout, alone. */
  readonly output: Readable;
}

/** A longer line than this is no answer of ours. */
const LINE_LIMIT = 16_000_000;
const CALLS = ['processes', 'sockets', 'service', 'restart', 'containers'];

/**
 * Sends one job and answers the observer's calls until it has its result. The caller ends the observer afterwards.
 * @param facts null for a job that makes no calls
 * @returns the result of the job
 * @throws OpsLabError `runtime-unavailable` when the probe gave up (the message is its reason), `lab-broken` when the probe
 *   is wrong, `engine-failed` when the observer ended without an answer, `timeout` or `cancelled` by `signal`
 */
export function runObserverJob(
  { input, output }: ObserverStreams,
  job: ObserverJob,
  facts: ObserverFacts | null,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let rest = '';
    const decoder = new TextDecoder();
    const finish = (settle: () => void): void => {
      output.off('data', onData);
      output.off('end', onEnd);
      output.off('close', onEnd);
      output.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (error: OpsLabError): void => finish(() => reject(error));
    const onEnd = (): void => fail(new OpsLabError('engine-failed', 'The observer ended before it had measured.', {}, true));
    const onError = (error: Error): void => fail(new OpsLabError('engine-failed', `The observer was lost: ${error.message}`, {}, true));
    const onAbort = (): void => {
      const late = (signal.reason as { name?: unknown } | undefined)?.name === 'TimeoutError';
      fail(
        late
          ? new OpsLabError('timeout', 'The measurement took longer than it may.', {}, true)
          : new OpsLabError('cancelled', 'The measurement was cancelled.'),
      );
    };
    const answer = async (call: Extract<ObserverLine, { call: string }>): Promise<void> => {
      let line: HostLine;
      try {
        if (!facts) throw new OpsLabError('internal', 'This job may not ask.');
        line = { id: call.id, answer: (await facts[call.call](call.service)) ?? null };
      } catch (error) {
        line = { id: call.id, failure: error instanceof Error ? error.message : String(error) };
      }
      if (input.writable) input.write(`${JSON.stringify(line)}\n`);
    };
    const onLine = (text: string): void => {
      const line = parseLine(text);
      if (!line) return;
      if ('result' in line) finish(() => resolve(line.result));
      else if ('call' in line) void answer(line);
      else {
        const code = line.error.code === 'could-not-check' ? 'runtime-unavailable' : 'lab-broken';
        fail(new OpsLabError(code, line.error.reason, {}, code === 'runtime-unavailable'));
      }
    };
    const onData = (chunk: Buffer): void => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_LIMIT) fail(new OpsLabError('engine-failed', 'The observer said more than it may.'));
      else for (const line of lines) onLine(line);
    };
    if (signal.aborted) return onAbort();
    output.on('data', onData);
    output.on('end', onEnd);
    output.on('close', onEnd);
    output.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    // Losing the other end shows on `output`, with a better reason. One listener is enough for many jobs on one stream.
    if (input.listenerCount('error') === 0) input.on('error', () => {});
    input.write(`${JSON.stringify(job)}\n`);
  });
}

/** Null for anything that is not the protocol's, such as what a probe prints by accident. */
function parseLine(text: string): ObserverLine | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    if (typeof value !== 'object' || value === null) return null;
    const known = 'result' in value || (typeof value.error === 'object' && value.error !== null);
    const call = typeof value.service === 'string' && CALLS.includes(String(value.call));
    return known || call ? (value as unknown as ObserverLine) : null;
  } catch {
    return null;
  }
}
