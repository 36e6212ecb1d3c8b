/** The body of a request, in either framing, with bounds on size and time. */
import { BOUNDS } from '../limits.ts';
import { broken, Refusal } from '../refusal.ts';
import type { ByteReader } from './byte-reader.ts';
import type { RequestHead } from './head.ts';

const CHUNK = 64 * 1024;

export interface BodyBounds {
  /** Milliseconds: for a whole JSON body, and for each 16 kB of a streamed one. */
  readonly bodyMs: number;
}

export class RequestBody {
  readonly #reader: ByteReader;
  readonly #framing: RequestHead['body'];
  readonly #bounds: BodyBounds;
  #done: boolean;

  constructor(reader: ByteReader, framing: RequestHead['body'], bounds: BodyBounds) {
    this.#reader = reader;
    this.#framing = framing;
    this.#bounds = bounds;
    this.#done = framing.kind === 'none';
  }

  /** Nothing of it is left on the wire. */
  get done(): boolean {
    return this.#done;
  }

  get present(): boolean {
    return this.#framing.kind !== 'none';
  }

  /** @throws Refusal 400 beyond `most` bytes */
  async whole(most: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    if (this.#framing.kind === 'length' && this.#framing.length > most) throw broken(`a body of more than ${most} bytes`);
    for await (const part of this.stream()) {
      length += part.length;
      if (length > most) throw broken(`a body of more than ${most} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async *stream(): AsyncGenerator<Buffer> {
    if (this.#done) return;
    const pace = new Pace(this.#bounds.bodyMs);
    if (this.#framing.kind === 'length') {
      yield* this.#bytes(this.#framing.length, pace);
    } else {
      for (;;) {
        const line = await this.#line();
        if (!/^[0-9a-fA-F]{1,8}$/.test(line)) throw broken('a chunk without a plain size');
        const size = Number.parseInt(line, 16);
        if (size === 0) break;
        yield* this.#bytes(size, pace);
        if ((await this.#line()) !== '') throw broken('a chunk that is longer than its size');
      }
      if ((await this.#line()) !== '') throw broken('trailers are not supported');
    }
    this.#done = true;
  }

  async *#bytes(length: number, pace: Pace): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0) {
      const part = await this.#reader.take(Math.min(left, CHUNK), this.#bounds.bodyMs);
      if (!part) throw broken('the body ended too early');
      left -= part.length;
      pace.count(part.length);
      yield part;
    }
  }

  async #line(): Promise<string> {
    const { bodyMs } = this.#bounds;
    const line = await this.#reader.takeUntil('\r\n', 16, bodyMs, bodyMs, () => broken('a chunk without a plain size'));
    if (!line) throw broken('the body ended too early');
    return line.toString('latin1');
  }
}

/** Ends a body that comes too slowly. */
class Pace {
  #bytes = 0;
  #since = performance.now();
  #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  count(bytes: number): void {
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#since < this.#windowMs) return;
    if (this.#bytes < BOUNDS.slowestBodyBytes) throw new Refusal(408, 'the body comes too slowly', true);
    this.#bytes = 0;
    this.#since = now;
  }
}
