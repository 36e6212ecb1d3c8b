/**
 * Input on its way to a program. A pty takes as much as the kernel holds for it, some 64 kB, and no more until the program reads; the
 * rest of a long paste waits here, and is tried again now and then. How much may wait is bounded.
 */

/** Most that waits, in bytes: larger than what the page lets anybody paste. */
export const MAX_WAITING = 1024 * 1024;
/** How much is offered at once, in bytes. */
const PIECE = 16 * 1024;
/** From the first try to the next; each one without success doubles it, up to the longest. */
const FIRST_RETRY_MS = 4;
const LONGEST_RETRY_MS = 64;

export interface InputQueueOptions {
  /** Writes what fits, at once. @returns how many bytes that were, 0 when the program has to read first; null when nothing will be taken any more */
  write(bytes: Uint8Array): number | null;
  /** Called when input is refused, once until all that waits was taken. */
  onRefused(): void;
}

export class InputQueue {
  readonly #options: InputQueueOptions;
  #parts: Uint8Array[] = [];
  #waiting = 0;
  #refusing = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #retryMs = FIRST_RETRY_MS;

  constructor(options: InputQueueOptions) {
    this.#options = options;
  }

  /**
   * Writes now or as soon as the program reads, in order. What would be too much is refused, and so is all that follows until nothing
   * waits any more: a paste then lacks its end, which is better than a hole.
   */
  push(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    if (this.#refusing) return;
    if (this.#waiting + bytes.length > MAX_WAITING) {
      this.#refusing = true;
      this.#options.onRefused();
      return;
    }
    this.#waiting += bytes.length;
    this.#parts.push(bytes);
    if (this.#timer === null) this.#drain();
    this.#keepLast();
  }

  /** Drops what waits: there is no program any more. */
  close(): void {
    this.#closed = true;
    this.#parts = [];
    this.#waiting = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Who gave the bytes may use them again; and a thousand keys are one part, not a thousand. */
  #keepLast(): void {
    const last = this.#parts.pop();
    if (last === undefined) return;
    const before = this.#parts.at(-1);
    if (before !== undefined && before.length + last.length <= PIECE) this.#parts.splice(-1, 1, Buffer.concat([before, last]));
    else this.#parts.push(Uint8Array.from(last));
  }

  #drain(): void {
    this.#timer = null;
    for (let first = this.#parts[0]; first !== undefined; first = this.#parts[0]) {
      const taken = this.#options.write(first.subarray(0, PIECE));
      if (taken === null) {
        this.close();
        return;
      }
      if (taken === 0) {
        this.#timer = setTimeout(() => this.#drain(), this.#retryMs);
        this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
        return;
      }
      this.#retryMs = FIRST_RETRY_MS;
      this.#waiting -= taken;
      if (taken === first.length) this.#parts.shift();
      else this.#parts[0] = first.subarray(taken);
    }
    this.#refusing = false;
  }
}
