import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until `look` gives something other than undefined, null or false, and returns it. An error of `look` ends the
 * waiting at once. @throws with the caller's stack after `timeoutMs`
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 20_000,
  everyMs = 25,
): Promise<T> {
  const timeout = new Error(`waited ${timeoutMs} ms for ${what}`);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline) throw timeout;
    await delay(everyMs);
  }
}
