import { setTimeout as delay } from 'node:timers/promises';
import { OpsLabError } from '../../../shared/contract/errors.ts';

function abortReason(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  if (reason instanceof OpsLabError) return reason;
  return new OpsLabError('cancelled', 'It was cancelled before it was done.', {}, true);
}

/** Rejects as soon as the signal aborts, even when the work itself does not listen. The work's own late failure is dropped. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}

/** Aborts after so many milliseconds, saying what was not done by then. The timer keeps no process alive. */
export function timeout(ms: number, what: string): AbortSignal {
  const controller = new AbortController();
  const reason = new OpsLabError('timeout', `${what} within ${ms / 1000} s.`, {}, true);
  setTimeout(() => controller.abort(reason), ms).unref();
  return controller.signal;
}

/** Waits. @throws OpsLabError `cancelled` when the signal aborts first */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw abortReason(signal);
  }
}
