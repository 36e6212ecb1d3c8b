// Ctrl-C and its like. The first signal ends what is running and lets every `finally` do its work; nothing is cut off half-way.
import { constants } from 'node:os';

const controller = new AbortController();
/** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when npm is gone; its reason is that signal's name. */
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

const PARENT_LOOK_MS = 500;

/**
 * npm runs a script through a shell, and ends that shell alone when it is told to end: its script has to notice.
 * @param {() => void} onGone
 */
function watchParent(onGone) {
  if (process.platform === 'win32' || process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_LOOK_MS);
  timer.unref();
}

/** Starts listening; from here on the signals no longer end this process by themselves. */
export function listenForInterrupts() {
  watchParent(() => controller.abort('SIGTERM'));
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
