/** Work that is to be done once, in a while or when somebody needs it. */
export interface Soon {
  /** Begins it unless it has begun. @returns resolves when it is done */
  now(): Promise<unknown>;
  /** It does not begin any more. @returns resolves when it is done, if it had begun */
  cancel(): Promise<unknown>;
}

/** @param work never rejects; begun after `ms` milliseconds if nobody needs it before */
export function soon(work: () => Promise<unknown>, ms: number): Soon {
  let begun: Promise<unknown> | null = null;
  let cancelled = false;
  const now = (): Promise<unknown> => {
    clearTimeout(timer);
    if (!cancelled) begun ??= work();
    return begun ?? Promise.resolve();
  };
  const timer = setTimeout(now, ms);
  return {
    now,
    cancel: () => {
      clearTimeout(timer);
      cancelled = true;
      return begun ?? Promise.resolve();
    },
  };
}
