/**
 * What a pty prints is not trusted. This filter stands between the pty and everything else (screen, viewers, recording)
 * and passes on only whole, understood escape sequences, so that no parser behind it can read a byte differently:
 *
 * - OSC: titles (clipped), colours, http(s) links. Marks of the shell integration (133, 633) are taken out and handed to
 *   the history. Everything else is dropped: clipboard, notifications, working directory, files, unknown numbers.
 * - DCS other than DECRQSS, APC, PM and SOS are dropped, as are 8-bit controls (U+0080 to U+009F), which nothing uses in UTF-8.
 * - Queries (device attributes, cursor position, modes, settings) go to the screen only, which answers for all viewers.
 *   A viewer never sees one, so two viewers never answer twice and a replay answers nothing.
 *
 * State is kept across chunks; text between sequences is passed on unchanged, as views of the chunk. Whole characters too: who
 * begins to listen between two chunks (a viewer after its snapshot) must not get the second half of one.
 */

/** Longest control sequence (CSI) in bytes; a longer one is dropped. Real ones have a few dozen. */
const MAX_CONTROL = 256;
/** Longest string (OSC, DCS) that is passed on, in bytes. */
const MAX_STRING = 4096;
/** Longest mark of the shell integration, in bytes: the command line in it is escaped, up to four bytes for each of 8000. */
const MAX_MARK = 40_000;
const MAX_LINK = 2048;
const MAX_TITLE_CHARACTERS = 200;

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const C2 = 0xc2;

const OSC_COLOURS = new Set(['4', '10', '11', '12', '104', '110', '111', '112']);

export interface Filtered {
  /** For viewers and recordings. */
  readonly viewers: Uint8Array;
  /** For the screen: the same object unless the chunk holds queries. */
  readonly screen: Uint8Array;
  /** Contents of the shell integration's marks, without `633;`. */
  readonly marks: readonly string[];
}

type State = 'ground' | 'lead' | 'escape' | 'control' | 'skip-control' | 'osc' | 'dcs' | 'skip-string';

const decoder = new TextDecoder();
const NO_MARKS: readonly string[] = [];
const NOTHING = new Uint8Array(0);

export class OutputFilter {
  /** The beginning of a character whose end has not come yet: at most three bytes. */
  #unfinished = NOTHING;
  #state: State = 'ground';
  /** Bytes of the sequence being read, from its first byte after ESC. */
  #held: number[] = [];
  #parts: Uint8Array[] = [];
  /** Made when the first query of a chunk is met. */
  #screenParts: Uint8Array[] | null = null;
  #marks: string[] = [];

  /** @param chunk bytes as read from the pty; may end anywhere, also within a character or a sequence */
  push(chunk: Uint8Array): Filtered {
    const all = this.#unfinished.length === 0 ? chunk : Buffer.concat([this.#unfinished, chunk]);
    const held = unfinishedAtEnd(all);
    // A copy, for a view would hold the whole chunk.
    this.#unfinished = held === 0 ? NOTHING : Uint8Array.from(all.subarray(all.length - held));
    return this.#filter(held === 0 ? all : all.subarray(0, all.length - held));
  }

  /** @returns what was held back; to be called when no more chunks come */
  end(): Filtered {
    const rest = this.#unfinished;
    this.#unfinished = NOTHING;
    return this.#filter(rest);
  }

  #filter(chunk: Uint8Array): Filtered {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#state === 'ground' && view.indexOf(ESC) === -1 && view.indexOf(C2) === -1) {
      return { viewers: chunk, screen: chunk, marks: NO_MARKS };
    }
    let at = 0;
    while (at < view.length) at = this.#step(view, at);
    const viewers = join(this.#parts);
    const filtered = {
      viewers,
      screen: this.#screenParts === null ? viewers : join(this.#screenParts),
      marks: this.#marks.length === 0 ? NO_MARKS : this.#marks,
    };
    this.#parts = [];
    this.#screenParts = null;
    this.#marks = [];
    return filtered;
  }

  #emit(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#screenParts?.push(bytes);
  }

  #emitQuery(bytes: Uint8Array): void {
    this.#screenParts ??= [...this.#parts];
    this.#screenParts.push(bytes);
  }

  /** Handles at least one byte. @returns the index of the next one */
  #step(view: Buffer, at: number): number {
    switch (this.#state) {
      case 'ground':
        return this.#ground(view, at);
      case 'lead': {
        // C2 may begin an 8-bit control: it is passed on only together with a byte that makes it a printable character.
        this.#state = 'ground';
        const byte = view[at] ?? 0;
        if (byte >= 0xa0 && byte <= 0xbf) {
          this.#emit(Uint8Array.of(C2, byte));
          return at + 1;
        }
        return byte >= 0x80 && byte <= 0x9f ? at + 1 : at;
      }
      case 'escape':
        return this.#escape(view[at] ?? 0, at);
      case 'control':
      case 'skip-control':
        return this.#control(view, at);
      default:
        return this.#string(view, at);
    }
  }

  #ground(view: Buffer, start: number): number {
    let next = view.indexOf(ESC, start);
    let lead = view.indexOf(C2, start);
    for (;;) {
      if (lead !== -1 && (next === -1 || lead < next)) {
        // Only a byte that ends the character may be passed over: behind `C2 C2` the second one is looked at again.
        const after = view[lead + 1] ?? 0;
        if (after >= 0xa0 && after <= 0xbf) {
          lead = view.indexOf(C2, lead + 2);
          continue;
        }
        this.#emit(view.subarray(start, lead));
        this.#state = 'lead';
        return lead + 1;
      }
      if (next === -1) {
        this.#emit(view.subarray(start));
        return view.length;
      }
      // The common case, a whole harmless control sequence such as a colour, stays where it is.
      const after = harmlessControlEnd(view, next);
      if (after === -1) {
        this.#emit(view.subarray(start, next));
        this.#state = 'escape';
        this.#held = [];
        return next + 1;
      }
      next = view.indexOf(ESC, after);
    }
  }

  #abort(): void {
    this.#state = 'ground';
    this.#held = [];
  }

  #escape(byte: number, at: number): number {
    if (byte === ESC) {
      this.#held = [];
    } else if (byte === CAN || byte === SUB) {
      this.#abort();
    } else if (byte < 0x20) {
      this.#emit(Uint8Array.of(byte));
    } else if (byte === 0x7f) {
      return at + 1;
    } else if (byte > 0x7f) {
      this.#abort();
      return at;
    } else if (this.#held.length === 0 && byte === 0x5b /* [ */) {
      this.#state = 'control';
      this.#held = [ESC, byte];
    } else if (this.#held.length === 0 && byte === 0x5d /* ] */) {
      this.#state = 'osc';
    } else if (this.#held.length === 0 && byte === 0x50 /* P */) {
      this.#state = 'dcs';
    } else if (this.#held.length === 0 && (byte === 0x58 /* X */ || byte === 0x5e /* ^ */ || byte === 0x5f) /* _ */) {
      this.#state = 'skip-string';
    } else if (byte < 0x30) {
      this.#held.push(byte);
      if (this.#held.length > 8) this.#abort();
    } else {
      const sequence = Uint8Array.of(ESC, ...this.#held, byte);
      const alone = this.#held.length === 0;
      if (alone && byte === 0x5a /* Z, asks who this is */) this.#emitQuery(sequence);
      // `ESC \` ends a string; those that pass bring their own end.
      else if (!alone || byte !== 0x5c) this.#emit(sequence);
      this.#abort();
    }
    return at + 1;
  }

  #control(view: Buffer, start: number): number {
    for (let at = start; at < view.length; at++) {
      const byte = view[at] ?? 0;
      if (byte >= 0x40 && byte <= 0x7e) {
        if (this.#state === 'control') {
          this.#held.push(byte);
          this.#finishControl(Uint8Array.from(this.#held), byte);
        }
        this.#abort();
        return at + 1;
      }
      if (byte === ESC) {
        this.#held = [];
        this.#state = 'escape';
        return at + 1;
      }
      if (byte === CAN || byte === SUB) {
        this.#abort();
        return at + 1;
      }
      if (byte > 0x7f) {
        this.#abort();
        return at;
      }
      // A terminal obeys control characters in the middle of a sequence; here they come just before it.
      if (byte < 0x20) this.#emit(Uint8Array.of(byte));
      else if (byte !== 0x7f && this.#state === 'control') {
        this.#held.push(byte);
        if (this.#held.length > MAX_CONTROL) {
          this.#held = [];
          this.#state = 'skip-control';
        }
      }
    }
    return view.length;
  }

  #finishControl(sequence: Uint8Array, final: number): void {
    const prefix = sequence[2] ?? 0;
    const before = sequence[sequence.length - 2] ?? 0;
    // Window operations are not obeyed and not answered.
    if (final === 0x74 /* t */) return;
    const asks =
      final === 0x63 /* c, device attributes */ ||
      final === 0x6e /* n, status and cursor position */ ||
      final === 0x78 /* x, parameters */ ||
      (final === 0x70 /* p */ && before === 0x24) /* $, a mode */ ||
      (final === 0x71 /* q */ && prefix === 0x3e) /* >, name and version */ ||
      (final === 0x75 /* u */ && prefix === 0x3f); /* ?, keyboard flags */
    if (asks) this.#emitQuery(sequence);
    else this.#emit(sequence);
  }

  #string(view: Buffer, start: number): number {
    for (let at = start; at < view.length; at++) {
      const byte = view[at] ?? 0;
      const ended =
        byte === ESC || byte === CAN || byte === SUB || (byte === BEL && this.#state !== 'dcs' && this.#state !== 'skip-string');
      if (ended || (byte === BEL && this.#held[0] === BEL)) {
        // ESC begins the terminator `ESC \`, or the next sequence: both read on from 'escape'.
        if (byte !== CAN && byte !== SUB) this.#finishString();
        this.#held = [];
        this.#state = byte === ESC ? 'escape' : 'ground';
        return at + 1;
      }
      if (this.#state === 'skip-string') continue;
      this.#held.push(byte);
      if (this.#held.length > MAX_STRING && !this.#isMark()) this.#skip();
      else if (this.#held.length > MAX_MARK) this.#skip();
    }
    return view.length;
  }

  /** Gives up on a string that is too long. An OSC ends at BEL too, which the one held byte remembers. */
  #skip(): void {
    this.#held = this.#state === 'osc' ? [BEL] : [];
    this.#state = 'skip-string';
  }

  #isMark(): boolean {
    return this.#state === 'osc' && this.#held[0] === 0x36 && this.#held[1] === 0x33 && this.#held[2] === 0x33 && this.#held[3] === 0x3b;
  }

  #finishString(): void {
    const content = decoder.decode(Uint8Array.from(this.#held));
    if (this.#state === 'dcs') {
      if (/^\$q[ -~]{1,4}$/.test(content)) this.#emitQuery(Buffer.from(`\x1bP${content}\x1b\\`, 'latin1'));
    } else if (this.#state === 'osc') {
      this.#finishOsc(content.replace(/[\x00-\x1f\x7f-\x9f]/g, ''));
    }
  }

  #finishOsc(content: string): void {
    const cut = content.indexOf(';');
    const number = cut === -1 ? content : content.slice(0, cut);
    const rest = cut === -1 ? '' : content.slice(cut + 1);
    if (number === '633') {
      this.#marks.push(rest);
    } else if (number === '0' || number === '1' || number === '2') {
      this.#emit(Buffer.from(`\x1b]${number};${[...printable(rest)].slice(0, MAX_TITLE_CHARACTERS).join('')}\x07`));
    } else if (number === '8') {
      this.#emit(Buffer.from(`\x1b]8;${safeLink(rest)}\x1b\\`));
    } else if (OSC_COLOURS.has(number) && /^[\w#:/;.]*$/.test(rest)) {
      this.#emit(Buffer.from(`\x1b]${content}\x1b\\`));
    }
  }
}

/** @returns how many bytes at the end begin a character that is not finished */
function unfinishedAtEnd(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let count = 1; count <= 3 && count <= length; count++) {
    const byte = bytes[length - count] ?? 0;
    // In the middle of a character: its first byte is further in front.
    if (byte >= 0x80 && byte <= 0xbf) continue;
    const wanted = byte < 0xc2 || byte > 0xf4 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return wanted > count ? count : 0;
  }
  return 0;
}

/** @returns the index after a control sequence at `start` that is whole and no query, or -1 when it needs a closer look */
function harmlessControlEnd(view: Buffer, start: number): number {
  if (view[start + 1] !== 0x5b) return -1;
  const last = Math.min(view.length, start + MAX_CONTROL);
  for (let at = start + 2; at < last; at++) {
    const byte = view[at] ?? 0;
    if (byte >= 0x20 && byte <= 0x3f) continue;
    const upper = byte >= 0x40 && byte <= 0x5f;
    return upper || byte === 0x6d /* m */ || byte === 0x68 /* h */ || byte === 0x6c /* l */ ? at + 1 : -1;
  }
  return -1;
}

/** Without invisible and direction-changing characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '');
}

/** `parameters;address` of an OSC 8; an address that is not plain http(s) becomes the end of a link. */
function safeLink(rest: string): string {
  const cut = rest.indexOf(';');
  const address = cut === -1 ? '' : rest.slice(cut + 1);
  if (rest.length > MAX_LINK || !/^https?:\/\/[!-~]+$/.test(address)) return ';';
  const id = /(?:^|:)id=([\w.-]{1,64})(?:$|:)/.exec(rest.slice(0, cut));
  return id === null ? `;${address}` : `id=${id[1]};${address}`;
}

function join(parts: Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
