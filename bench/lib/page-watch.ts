/** What is measured inside a page, by the page's own clock: from a key press or a click to parsed output. Serves both pages. */
import type { Page } from 'playwright-core';

interface WatchedTerminal {
  text(): string;
  onParsed(listener: (cursorLine: string) => void): void;
}

/** What the script below keeps in the page. Times are the page's, in milliseconds. */
interface Watch {
  /** Of the last key that was not let go again before. */
  keyAt: number;
  clickAt: number;
  /** Bytes of terminal output that have come. */
  received: number;
  /** The terminal that has the focus. */
  focused: string;
  /** Resolves with the milliseconds from the next key press to the first parse that leaves `line` at the cursor; empty: any. */
  afterKey(line: string): void;
  result: Promise<number> | null;
}

declare global {
  interface Window {
    __opsLabTerminals?: Map<string, WatchedTerminal>;
    __bench: Watch;
  }
}

/** Runs in the page before its own scripts. */
function install(): void {
  const watched = new Map<string, Set<(cursorLine: string) => void>>();
  const RealSocket = window.WebSocket;
  window.WebSocket = class extends RealSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) watch.received += data.byteLength;
      });
    }
  };
  const listenersOf = (id: string): Set<(cursorLine: string) => void> => {
    const known = watched.get(id);
    if (known !== undefined) return known;
    const listeners = new Set<(cursorLine: string) => void>();
    watched.set(id, listeners);
    window.__opsLabTerminals?.get(id)?.onParsed((line) => {
      for (const listener of listeners) listener(line);
    });
    return listeners;
  };
  const watch: Watch = {
    keyAt: 0,
    clickAt: 0,
    received: 0,
    get focused() {
      return document.activeElement?.closest<HTMLElement>('.terminal-host')?.dataset.terminalId ?? '';
    },
    result: null,
    afterKey(line) {
      const listeners = listenersOf(watch.focused);
      const expected = new RegExp(line);
      watch.keyAt = 0;
      watch.result = new Promise((resolve) => {
        const listener = (cursorLine: string) => {
          if (watch.keyAt === 0 || !expected.test(cursorLine)) return;
          listeners.delete(listener);
          resolve(performance.now() - watch.keyAt);
        };
        listeners.add(listener);
      });
    },
  };
  const options = { capture: true };
  window.addEventListener(
    'keydown',
    (event) => {
      // A chord begins with its modifier; what counts is the key that ends it.
      if (event.key !== 'Control') watch.keyAt = event.timeStamp;
    },
    options,
  );
  window.addEventListener(
    'click',
    (event) => {
      watch.clickAt = event.timeStamp;
    },
    options,
  );
  window.__bench = watch;
}

/** A prompt at the cursor, with nothing typed behind it. */
export const PROMPT = '[#$] ?$';

export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(install);
}

/** Gives a terminal of the page the focus. */
export async function focusTerminal(page: Page): Promise<void> {
  await page.locator('.terminal-host:visible .xterm-helper-textarea').first().focus();
}

/** Waits until the first terminal of the page shows a prompt. */
export async function awaitPrompt(page: Page, timeout = 60_000): Promise<void> {
  await page.waitForFunction(
    (prompt) => [...(window.__opsLabTerminals?.values() ?? [])].some((terminal) => new RegExp(prompt).test(terminal.text())),
    PROMPT,
    { timeout, polling: 20 },
  );
}

/**
 * Presses a key in the focused terminal.
 * @param line what the line of the cursor must look like in the end, as a pattern; empty: anything that was parsed
 * @returns milliseconds from the key press in the page until then
 */
export async function timeKey(page: Page, key: string, line = ''): Promise<number> {
  await page.evaluate((expected) => window.__bench.afterKey(expected), line);
  await page.keyboard.press(key);
  return page.evaluate(() => window.__bench.result ?? Promise.reject(new Error('no key was awaited')));
}

/** Types a command without running it. */
export async function typeCommand(page: Page, command: string): Promise<void> {
  await page.evaluate((text) => window.__bench.afterKey(text), `${command.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').slice(-20)}$`);
  await page.evaluate(() => {
    // The text is not typed by keys: its echo alone says that it is there.
    window.__bench.keyAt = performance.now();
  });
  await page.keyboard.insertText(command);
  await page.evaluate(() => window.__bench.result);
}

/** Runs a command to its end. @returns milliseconds from Enter to the next prompt */
export async function timeCommand(page: Page, command: string): Promise<number> {
  await typeCommand(page, command);
  return timeKey(page, 'Enter', PROMPT);
}

export function receivedBytes(page: Page): Promise<number> {
  return page.evaluate(() => window.__bench.received);
}
