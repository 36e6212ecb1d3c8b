/**
 * Joins the small reads of a pty (4 kB each in a flood) into larger pieces, for every piece costs a frame, a message and
 * an acknowledgement. The first bytes after a quiet moment go at once: they are the echo of a key.
 */
/** Longest wait of a byte. */
const WINDOW_MS = 2;
/** Largest piece, in bytes, give or take one read. */
const MAX_PIECE = 64 * 1024;

export class Joiner {
  readonly #deliver: (bytes: Uint8Array) => void;
  #parts: Uint8Array[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | null = null;
  #lastPush = 0;

  constructor(deliver: (bytes: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  push(bytes: Uint8Array): void {
    const now = performance.now();
    const quiet = this.#length === 0 && now - this.#lastPush > WINDOW_MS;
    this.#lastPush = now;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (quiet || this.#length >= MAX_PIECE) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS);
  }

  /** Delivers what waits, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#length === 0) return;
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    this.#deliver(bytes);
  }

  /** Delivers the rest. */
  close(): void {
    this.flush();
  }
}
