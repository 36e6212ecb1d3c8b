/**
 * The screen of a terminal, kept whether or not anyone looks: a headless xterm. It yields snapshots for viewers that
 * attach, text for evidence, and it alone answers the queries of programs (see output-filter.ts), at a limited rate.
 */
import { createRequire } from 'node:module';
import type { IBuffer } from '@xterm/headless';
import { FloodWriter } from '../../../shared/terminal-screen/flood-writer.ts';
import { ScrollRegion } from '../../../shared/terminal-screen/scroll-region.ts';

// These packages are CommonJS whose exports Node cannot see from an import.
const require = createRequire(import.meta.url);
const { Terminal: Headless } = require('@xterm/headless') as typeof import('@xterm/headless');
const { SerializeAddon } = require('@xterm/addon-serialize') as typeof import('@xterm/addon-serialize');

/**
 * The addon decodes its tables from base64 and then reads the whole memory behind that Buffer, from its start: it throws 'Data
 * error' where Node took the Buffer from its pool, behind something else. Without a pool each Buffer has its own memory.
 */
function loadGraphemes(): typeof import('@xterm/addon-unicode-graphemes') {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return require('@xterm/addon-unicode-graphemes');
  } finally {
    Buffer.poolSize = poolSize;
  }
}
const { UnicodeGraphemesAddon } = loadGraphemes();

/** Answers per second; a file that asks 10 000 times gets no more. Programs ask a handful of times when they start. */
const REPLIES_PER_SECOND = 50;

export interface ScreenOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** Called with what the terminal answers to a query. */
  onReply(text: string): void;
}

export class Screen {
  readonly #headless: InstanceType<typeof Headless>;
  readonly #serialize = new SerializeAddon();
  readonly #onReply: (text: string) => void;
  /** Suppresses answers while old output is replayed. */
  #replaying = false;
  #replySecond = 0;
  #replies = 0;
  /** What the serializer leaves out. */
  #cursorHidden = false;
  #sgrMouse = false;
  readonly #region: ScrollRegion;
  readonly #writer: FloodWriter;

  constructor(options: ScreenOptions) {
    this.#onReply = options.onReply;
    this.#headless = new Headless({ cols: options.cols, rows: options.rows, scrollback: options.scrollback, allowProposedApi: true });
    this.#headless.loadAddon(this.#serialize);
    this.#headless.loadAddon(new UnicodeGraphemesAddon());
    this.#headless.onData((text) => this.#reply(text));
    this.#region = new ScrollRegion(this.#headless);
    // Nobody sees it: what is there when the flood is over, or when somebody asks, is enough.
    this.#writer = new FloodWriter(this.#headless, this.#region, { scrollback: () => options.scrollback, showEveryMs: null });
    this.#watchModes();
  }

  /**
   * Parses asynchronously, in order; of a flood of plain lines, what is left of it when it is over or somebody asks (`settle`).
   * @param taken called when the screen can do with more
   */
  write(bytes: Uint8Array, taken?: () => void): void {
    this.#writer.write(bytes, taken);
  }

  /** @param settled called when all that was written is on the screen, and before anything that is written later */
  settle(settled: () => void): void {
    this.#writer.settle(settled);
  }

  /**
   * Puts earlier output on the screen, leaves the modes that a program may have left on, and adds a dim line.
   * @param done called when the screen is ready for a new program
   */
  replay(earlier: Uint8Array | string, note: string, done: () => void): void {
    this.#replaying = true;
    this.#writer.flush();
    this.#headless.write(earlier, () => {
      const leaveAlternate = this.#headless.buffer.active.type === 'alternate' ? '\x1b[?1049l' : '';
      this.#headless.write(
        `${leaveAlternate}\x1b7\x1b[r\x1b8\x1b[!p\x1b[?25h\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?2026l\x1b[?7h\x1b[4l\x1b]8;;\x1b\\\x1b[0m`,
        () => {
          const fresh = this.#headless.buffer.active.cursorX === 0 ? '' : '\r\n';
          this.#headless.write(`${fresh}\x1b[90m[${note}]\x1b[0m\r\n`, () => {
            this.#replaying = false;
            done();
          });
        },
      );
    });
  }

  resize(cols: number, rows: number): void {
    this.#writer.flush();
    this.#region.reset();
    this.#headless.resize(cols, rows);
  }

  get cols(): number {
    return this.#headless.cols;
  }

  get rows(): number {
    return this.#headless.rows;
  }

  /** The screen with scrollback and modes, as escape sequences. Call it in the callback of `settle`: only there is it up to date. */
  snapshot(): string {
    const buffer = this.#headless.buffer.active;
    let text = this.#serialize.serialize();
    const region = this.#region.current;
    if (region !== null) text += `\x1b[${region}r\x1b[${buffer.cursorY + 1};${buffer.cursorX + 1}H`;
    if (this.#sgrMouse) text += '\x1b[?1006h';
    if (this.#cursorHidden) text += '\x1b[?25l';
    return text;
  }

  /** Scrollback and screen as lines of text; a line that wrapped is one line. Up to date in the callback of `settle`. */
  lines(): string[] {
    const { normal, active } = this.#headless.buffer;
    const lines = linesOf(normal);
    return active.type === 'alternate' ? [...lines, ...linesOf(active)] : lines;
  }

  dispose(): void {
    this.#writer.dispose();
    this.#headless.dispose();
  }

  #reply(text: string): void {
    if (this.#replaying) return;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#replySecond) {
      this.#replySecond = second;
      this.#replies = 0;
    }
    if (++this.#replies <= REPLIES_PER_SECOND) this.#onReply(text);
  }

  /** Notes modes in passing; returning false lets the terminal handle the sequence itself. */
  #watchModes(): void {
    const parser = this.#headless.parser;
    for (const final of ['h', 'l']) {
      parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        for (const mode of params) {
          if (mode === 25) this.#cursorHidden = final === 'l';
          if (mode === 1006) this.#sgrMouse = final === 'h';
        }
        return false;
      });
    }
    const reset = () => {
      this.#cursorHidden = false;
      this.#sgrMouse = false;
      return false;
    };
    parser.registerEscHandler({ final: 'c' }, reset);
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
  }
}

function linesOf(buffer: IBuffer): string[] {
  const lines: string[] = [];
  for (let index = 0; index < buffer.length; index++) {
    const line = buffer.getLine(index);
    if (line === undefined) continue;
    // Only the last part of a wrapped line may be trimmed, or a space at the border is lost.
    const text = line.translateToString(!(buffer.getLine(index + 1)?.isWrapped ?? false));
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return lines;
}
