/**
 * Writes to a terminal, and leaves out of a flood of plain lines what nothing would be left of (plain-backlog.ts). Keys, prompts
 * and programs that draw are written at once.
 *
 * In a flood the terminal takes most of the time of the host and of the page, above all to lay out lines that are pushed out of the
 * scrollback a moment later.
 */
import { SIZE } from '../terminal-wire/flow.ts';
import { isPlain, LF, PlainBacklog } from './plain-backlog.ts';
import type { ScrollRegion } from './scroll-region.ts';
import type { Xterm } from './xterm.ts';

/** A piece of this many bytes is part of a flood; keys, prompts and most programs print less at once. */
const FLOOD_PIECE = 8 * 1024;
/** How much of a flood is held back before it is trimmed, in bytes; less than twice what 5000 lines of a hundred characters take. */
const BACKLOG_BYTES = 1024 * 1024;
/** A terminal does nothing else while it parses one piece; between two of them keys and acknowledgements get through. */
const SLICE_BYTES = 32 * 1024;
/** A flood that has been quiet for this long is over. */
const QUIET_MS = 100;

export interface FloodWriterOptions {
  /** Lines that the terminal keeps above its screen, now. */
  readonly scrollback: () => number;
  /**
   * So often a flood is shown while it goes on, in milliseconds; null: when it is over or somebody asks. What is shown meanwhile are
   * its newest lines. The lines in between follow at its end, and push those out.
   */
  readonly showEveryMs: number | null;
}

export class FloodWriter {
  readonly #terminal: Xterm;
  readonly #region: ScrollRegion;
  readonly #options: FloodWriterOptions;
  readonly #backlog = new PlainBacklog();
  /** Writes that the terminal has not parsed yet, and those among them that may change how lines scroll. */
  #parsing = 0;
  #unknown = 0;
  /** Callbacks of pieces that came into the backlog meanwhile. */
  #held: (() => void)[] = [];
  /** Set while nothing of the present flood can be left out. */
  #direct = false;
  #quiet: ReturnType<typeof setTimeout> | null = null;
  #show: ReturnType<typeof setTimeout> | null = null;

  constructor(terminal: Xterm, region: ScrollRegion, options: FloodWriterOptions) {
    this.#terminal = terminal;
    this.#region = region;
    this.#options = options;
  }

  /**
   * Parses asynchronously, in order.
   * @param taken called when the terminal can do with more
   */
  write(bytes: Uint8Array, taken: () => void = () => {}): void {
    const flood = bytes.length >= FLOOD_PIECE || this.#backlog.length > 0;
    if (!flood || this.#direct || !isPlain(bytes)) {
      this.flush();
      this.#parse(bytes, taken);
    } else {
      this.#backlog.add(bytes);
      this.#bound();
      if (this.#unknown === 0) taken();
      else this.#held.push(taken);
      this.#showSoon();
    }
    if (flood) this.#watchForQuiet();
  }

  /**
   * Writes text that may hold anything, as a snapshot does, after all that was written before.
   * @param parsed called when it is on the screen, and before anything that is written later
   */
  writeText(text: string, parsed: () => void = () => {}): void {
    this.flush();
    this.#parse(text, parsed);
  }

  /** @param settled called when all that was written is on the screen, and before anything that is written later */
  settle(settled: () => void): void {
    this.writeText('', settled);
  }

  /**
   * Hands everything to the terminal; to be called before it is resized or reset. Who writes to the terminal by other ways has to
   * wait until that is parsed, for this cannot know how lines scroll meanwhile.
   */
  flush(): void {
    if (this.#backlog.length === 0) return;
    this.#trim();
    this.#parsing++;
    let rest = this.#backlog.take();
    while (rest.length > SLICE_BYTES) {
      // Behind a line end if there is one: a terminal may draw a character that two pieces share as two.
      const end = rest.lastIndexOf(LF, SLICE_BYTES - 1) + 1 || SLICE_BYTES;
      this.#terminal.write(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#terminal.write(rest, () => this.#parsed());
  }

  dispose(): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    if (this.#show !== null) clearTimeout(this.#show);
  }

  /** Writes what may be anything. */
  #parse(data: Uint8Array | string, then: () => void): void {
    this.#parsing++;
    this.#unknown++;
    this.#terminal.write(data, () => {
      this.#unknown--;
      then();
      this.#parsed();
    });
  }

  #parsed(): void {
    this.#parsing--;
    if (this.#unknown > 0) return;
    const held = this.#held;
    this.#held = [];
    for (const taken of held) taken();
    this.#bound();
  }

  /** @returns whether what is held pushes out all that the terminal shows now */
  #trim(): boolean {
    if (this.#unknown > 0 || this.#region.current !== null) return false;
    return this.#backlog.trim(this.#options.scrollback(), SIZE.maxRows);
  }

  /** Keeps the backlog small. */
  #bound(): void {
    if (this.#backlog.length <= BACKLOG_BYTES || this.#unknown > 0) return;
    this.#trim();
    if (this.#backlog.length <= BACKLOG_BYTES) return;
    this.#direct = true;
    this.flush();
  }

  #showSoon(): void {
    const { showEveryMs } = this.#options;
    if (showEveryMs === null || this.#show !== null) return;
    this.#show = setTimeout(() => {
      this.#show = null;
      // More would wait behind what is being parsed.
      if (this.#parsing > 0) this.#showSoon();
      else if (this.#trim()) this.#preview();
      else this.flush();
    }, showEveryMs);
  }

  #preview(): void {
    this.#parsing++;
    this.#terminal.write('\r\n');
    this.#terminal.write(this.#backlog.lastLines(this.#terminal.rows), () => this.#parsed());
  }

  #watchForQuiet(): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = null;
      this.#direct = false;
      this.flush();
    }, QUIET_MS);
  }
}
