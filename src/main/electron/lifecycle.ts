import type { App } from 'electron';

/** How long closing may take before the process ends anyway, in milliseconds. Windows close before it begins: the rest of five seconds is for them. */
export const CLOSE_LIMIT_MS = 4_500;

/**
 * Ends the process in order: the first attempt to quit is held back until `close` is through or its time is over.
 * Later attempts meanwhile change nothing.
 */
export function quitInOrder(app: Pick<App, 'on' | 'exit'>, close: () => Promise<void>, log: (line: string) => void): void {
  let closing = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    const limit = setTimeout(() => {
      log(`closing took more than ${CLOSE_LIMIT_MS} ms; what is left is swept at the next start`);
      app.exit(1);
    }, CLOSE_LIMIT_MS);
    close()
      .catch((error: Error) => log(`closing failed: ${error.message}`))
      .finally(() => {
        clearTimeout(limit);
        app.exit(0);
      });
  });
}
