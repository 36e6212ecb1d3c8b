/** Calls back once for many touches of the same key within a while: the first one starts the while. */
export class Coalesced {
  readonly #delayMs: number;
  readonly #call: (key: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(delayMs: number, call: (key: string) => void) {
    this.#delayMs = delayMs;
    this.#call = call;
  }

  touch(key: string): void {
    if (this.#timers.has(key)) return;
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        try {
          this.#call(key);
        } catch (error) {
          // Nobody waits for a timer: what is wrong with one session must not end the host. Whoever asks for it is told.
          console.error(`ops-lab: a change of ${key} could not be told:`, error);
        }
      }, this.#delayMs),
    );
  }

  /** Drops what is pending. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
