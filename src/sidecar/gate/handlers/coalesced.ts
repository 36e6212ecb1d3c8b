/** Calls of which only the latest matters, such as the size of a window: one runs, one waits, those in between are dropped. */
const running = new WeakMap<object, Map<string, { next: (() => Promise<unknown>) | null }>>();

/** Resolves when this call or a later one has been made, or when it was dropped for one that waits. */
export async function coalesced(owner: object, key: string, call: () => Promise<unknown>): Promise<void> {
  const calls = running.get(owner) ?? new Map<string, { next: (() => Promise<unknown>) | null }>();
  running.set(owner, calls);
  const state = calls.get(key);
  if (state) {
    state.next = call;
    return;
  }
  const own: { next: (() => Promise<unknown>) | null } = { next: null };
  calls.set(key, own);
  try {
    await call();
    while (own.next) {
      const next = own.next;
      own.next = null;
      await next().catch(() => {});
    }
  } finally {
    calls.delete(key);
  }
}
