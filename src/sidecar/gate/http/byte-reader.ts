/** Bytes of a socket, taken when they are wanted. Not more than a little is read ahead, so the sender feels when nobody takes. */
import type { Socket } from 'node:net';
import { broken, Refusal } from '../refusal.ts';

const AHEAD = 64 * 1024;

export class ByteReader {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #wake: (() => void) | null = null;
  #onEnd: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#data);
    socket.on('end', this.#end);
    socket.on('close', this.#end);
  }

  readonly #data = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > AHEAD) this.#socket.pause();
    this.#wake?.();
  };

  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.();
    for (const listener of this.#onEnd.splice(0)) listener();
  };

  /** Bytes that have come and were not taken. */
  get waiting(): number {
    return this.#length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `listener` once the other side has sent all that it will. @returns a function that takes that back */
  whenEnded(listener: () => void): () => void {
    if (this.#ended) listener();
    else this.#onEnd.push(listener);
    return () => {
      this.#onEnd = this.#onEnd.filter((other) => other !== listener);
    };
  }

  /** @returns false when nothing will come any more @throws Refusal 408 after `ms` milliseconds */
  async #more(ms: number): Promise<boolean> {
    const before = this.#length;
    if (this.#length <= AHEAD) this.#socket.resume();
    while (this.#length === before) {
      if (this.#ended) return false;
      const inTime = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      this.#wake = null;
      if (!inTime) throw new Refusal(408, 'the request did not come in time', true);
    }
    return true;
  }

  /** The next bytes, at most `most`; null at the end. */
  async take(most: number, ms: number): Promise<Buffer | null> {
    while (this.#chunks.length === 0) if (!(await this.#more(ms))) return null;
    const first = this.#chunks[0] as Buffer;
    if (first.length <= most) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(most);
    const taken = first.subarray(0, most);
    this.#length -= taken.length;
    return taken;
  }

  /**
   * All up to `mark`, without it. `overflow` is thrown when it has not come within `most` bytes.
   * @param ms milliseconds for all of it, counted from its first byte; `idleMs` until that byte
   * @returns null when the other side ended before the first byte
   */
  async takeUntil(mark: string, most: number, ms: number, idleMs: number, overflow: () => Error): Promise<Buffer | null> {
    if (this.#length === 0 && !(await this.#more(idleMs))) return null;
    const deadline = performance.now() + ms;
    for (;;) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      this.#chunks = [all];
      const at = all.indexOf(mark, 0, 'latin1');
      if (at > most || (at < 0 && all.length > most)) throw overflow();
      if (at >= 0) {
        const rest = all.subarray(at + mark.length);
        this.#chunks = rest.length > 0 ? [rest] : [];
        this.#length = rest.length;
        return all.subarray(0, at);
      }
      // A line feed alone would be waited for in vain by a strict reader.
      if (mark === '\r\n\r\n' && /(?:^|[^\r])\n/.test(all.toString('latin1'))) throw broken('a line that does not end with CR LF');
      if (!(await this.#more(Math.max(1, deadline - performance.now())))) throw broken('the request ended too early');
    }
  }

  /** Gives the socket away with what has come; this reader is of no use afterwards. */
  release(): Buffer {
    this.#socket.off('data', this.#data);
    this.#socket.off('end', this.#end);
    this.#socket.off('close', this.#end);
    this.#socket.pause();
    const rest = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    return rest;
  }
}
