// Ctrl-C and its like. The first signal ends what is running and lets every `finally` do its work; nothing is cut off half-way.
import { constants } from 'node:os';

const controller = new AbortController();
/** Aborted by the first SIGINT, SIGTERM or SIGHUP; its reason is that signal's name. */
export const interrupted = controller.signal;

// npm passes on the signal that the terminal has already sent to us: the same key press arrives twice.
const SAME_PRESS_MS = 1_000;
let firstAt = 0;
/** @type {(() => void)[]} */
const again = [];

/** @param {() => void} listener called when the person insists with a further signal */
export function onInsist(listener) {
  again.push(listener);
}

/** @returns {number} the exit code of a process that ended by that signal */
export function interruptCode() {
  return 128 + (constants.signals[/** @type {NodeJS.Signals} */ (interrupted.reason)] ?? 2);
}

/** Starts listening; from here on the signals no longer end this process by themselves. */
export function listenForInterrupts() {
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (!interrupted.aborted) {
        firstAt = Date.now();
        controller.abort(signal);
      } else if (Date.now() - firstAt > SAME_PRESS_MS) {
        for (const listener of again) listener();
      }
    });
  }
}
