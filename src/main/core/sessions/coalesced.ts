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
        this.#call(key);
      }, this.#delayMs),
    );
  }

  /** Drops what is pending. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
