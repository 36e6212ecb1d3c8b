/** When a page should look again at once: it is seen again, the network is back, or the machine has slept. */

/** How often the clock is looked at, in milliseconds. */
const LOOK_EVERY_MS = 5_000;
/** More time than this between two looks was a sleep, or a page that the browser had frozen. */
const SLEPT_MS = 20_000;

/**
 * Calls `wake` each time, until the returned function is called.
 * @param page the window; tests have their own
 */
export function onWake(page: Window, wake: () => void): () => void {
  const { document } = page;
  // By the wall clock: the monotonic one stands still while the machine sleeps.
  let last = Date.now();
  const timer = page.setInterval(() => {
    const now = Date.now();
    if (now - last > SLEPT_MS) wake();
    last = now;
  }, LOOK_EVERY_MS);
  const seen = () => {
    if (document.visibilityState === 'visible') wake();
  };
  document.addEventListener('visibilitychange', seen);
  page.addEventListener('online', wake);
  return () => {
    page.clearInterval(timer);
    document.removeEventListener('visibilitychange', seen);
    page.removeEventListener('online', wake);
  };
}
