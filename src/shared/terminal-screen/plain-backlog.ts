/**
 * Output that a terminal has not parsed yet and may never have to: in a flood of plain lines only those count that are still
 * there at its end. Pure.
 *
 * Plain text moves the cursor within its line, and down; it sets no mode. So nothing is left of a line once so many line ends
 * have followed that it has scrolled out of the scrollback.
 */
const TAB = 0x09;
export const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DEL = 0x7f;
/** Begins U+0080 to U+00BF; those below U+00A0 are 8-bit controls. */
const C2 = 0xc2;
const FIRST_PRINTABLE_AFTER_C2 = 0xa0;

/** @returns whether these bytes are text, tabs and line ends alone: nothing that changes a mode or moves the cursor back up */
export function isPlain(bytes: Uint8Array): boolean {
  // By index: an iterator takes twice as long, and this is the larger part of what a flood costs the host.
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= SPACE && byte < DEL) continue;
    if (byte < SPACE) {
      if (byte !== LF && byte !== CR && byte !== TAB) return false;
    } else if (byte === DEL || (byte === C2 && (bytes[at + 1] ?? 0) < FIRST_PRINTABLE_AFTER_C2)) return false;
  }
  return true;
}

/** @returns where the next line begins after the first CR LF, 0 when there is none */
function afterFirstLine(bytes: Uint8Array): number {
  for (let at = 1; at < bytes.length; at++) if (bytes[at] === LF && bytes[at - 1] === CR) return at + 1;
  return 0;
}

/**
 * @param end where to begin looking, backwards
 * @returns the last place behind a CR LF that has at least `lines` line ends between it and `end`; 0 when there is none. Only behind
 *   CR LF does a line begin at the left border
 */
function beforeLastLines(bytes: Uint8Array, lines: number, end = bytes.length): number {
  let left = lines;
  for (let at = end - 1; at > 0; at--) {
    if (bytes[at] !== LF) continue;
    if (left <= 0 && bytes[at - 1] === CR) return at + 1;
    left -= 1;
  }
  return 0;
}

export class PlainBacklog {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  /** @param bytes plain ones; they are kept, not copied */
  add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  /**
   * Drops whole lines that nothing will be left of. The first line stays: it may be the end of one that was begun before. Right only
   * where a line end at the bottom scrolls the whole screen.
   * @param scrollback lines that the terminal keeps above its screen
   * @param rows of the screen, at most. They count twice: the cursor may be at the top of a full screen, and has to come down first
   * @returns whether nothing will be left of what the terminal shows now, either
   */
  trim(scrollback: number, rows: number): boolean {
    const all = this.#joined();
    const head = afterFirstLine(all);
    const cut = beforeLastLines(all, scrollback + 2 * rows);
    if (cut > head) {
      // Copies, for a view would hold the whole of it.
      this.#parts = [all.slice(0, head), all.slice(cut)];
      this.#length = head + all.length - cut;
    }
    return cut > 0;
  }

  /** @returns the last whole lines; they are held on to */
  lastLines(count: number): Uint8Array {
    const all = this.#joined();
    const end = beforeLastLines(all, 0);
    return all.slice(beforeLastLines(all, count, end), end);
  }

  /** @returns what is held, in one piece; nothing is held afterwards */
  take(): Uint8Array {
    const all = this.#joined();
    this.#parts = [];
    this.#length = 0;
    return all;
  }

  #joined(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#parts = [all];
    return all;
  }
}
