import { interrupted } from '../../scripts/lib/interrupt.mjs';

/** Resolves as `work` does, or rejects as soon as the person ends the run; `work` then fails by itself when its things are closed. */
export function unlessInterrupted<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(`interrupted by ${interrupted.reason}`));
    if (interrupted.aborted) stop();
    interrupted.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => interrupted.removeEventListener('abort', stop));
  });
}
