/**
 * Recordings of terminals: asciicast v2, one JSON line per event. A recording never holds up the pty: when the disk is
 * slow, output is left out and a marker says how much; when the file is full, a marker says so and nothing follows.
 */
import { closeSync, createWriteStream, fstatSync, openSync, readSync, type WriteStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Largest file, in bytes. */
const MAX_FILE = 50 * 1024 * 1024;
/** Largest event, in bytes of output: what reads a recording from its end must find the beginning of one there. */
const MAX_EVENT = 64 * 1024;
/** Most that waits for the disk, in bytes. */
const MAX_QUEUED = 4 * 1024 * 1024;
const LF = 0x0a;

export class Recording {
  readonly #stream: WriteStream;
  readonly #decoder = new StringDecoder('utf8');
  readonly #startedAt = performance.now();
  #written = 0;
  #leftOut = 0;
  #full = false;
  #failed = false;

  /** @param file is made, or emptied; its folder must exist. Errors end the recording silently: the terminal matters more. */
  constructor(file: string, cols: number, rows: number) {
    this.#stream = createWriteStream(file, { mode: 0o600 });
    this.#stream.on('error', () => {
      this.#failed = true;
    });
    this.#line({ version: 2, width: cols, height: rows, timestamp: Math.floor(Date.now() / 1000), env: { TERM: 'xterm-256color' } });
  }

  /** Records output as read: characters that are split between two calls come out whole. */
  output(bytes: Uint8Array): void {
    if (this.#full || this.#failed) return;
    if (this.#stream.writableLength > MAX_QUEUED) {
      this.#leftOut += bytes.length;
      return;
    }
    this.#tellLeftOut();
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (rest.length > 0) {
      const end = endOfEvent(rest);
      const text = this.#decoder.write(rest.subarray(0, end));
      if (text !== '') this.#event('o', text);
      rest = rest.subarray(end);
    }
    if (this.#written > MAX_FILE) {
      this.#full = true;
      this.#event('m', 'the recording is full');
    }
  }

  resize(cols: number, rows: number): void {
    if (!this.#full && !this.#failed) this.#event('r', `${cols}x${rows}`);
  }

  /** Resolves when everything is in the file, or could not be written. */
  close(): Promise<void> {
    if (!this.#full && !this.#failed) this.#tellLeftOut();
    return new Promise((resolve) => {
      if (this.#failed || this.#stream.closed) resolve();
      else this.#stream.once('close', resolve).end();
    });
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    this.#event('m', `${this.#leftOut} bytes are not recorded: the disk was too slow`);
    this.#leftOut = 0;
  }

  #event(code: 'o' | 'r' | 'm', data: string): void {
    this.#line([Math.round(performance.now() - this.#startedAt) / 1000, code, data]);
  }

  #line(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#written += Buffer.byteLength(line);
    this.#stream.write(line);
  }
}

/** @returns where to end an event: behind a line if there is one, for a sequence that is cut in two is shown as text when only its end is read */
function endOfEvent(bytes: Buffer): number {
  if (bytes.length <= MAX_EVENT) return bytes.length;
  return bytes.lastIndexOf(LF, MAX_EVENT - 1) + 1 || MAX_EVENT;
}

/**
 * The last output of a recording, for the screen of a terminal that comes back.
 * @param maxBytes of the file that are read from its end
 * @returns empty when there is no such file or nothing in it can be read
 */
export function readRecordingTail(file: string, maxBytes: number): string {
  let text: string;
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const buffer = Buffer.alloc(Math.min(size, maxBytes));
      readSync(handle, buffer, 0, buffer.length, size - buffer.length);
      text = buffer.toString('utf8');
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
  let output = '';
  for (const line of text.split('\n')) {
    // The first line may begin, the last one end, in the middle: a crash cuts where it likes.
    try {
      const event: unknown = JSON.parse(line);
      if (Array.isArray(event) && event[1] === 'o' && typeof event[2] === 'string') output += event[2];
    } catch {}
  }
  return output;
}
