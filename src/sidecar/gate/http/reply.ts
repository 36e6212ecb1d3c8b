/** Writes the answer of one request: whole, or as a stream that waits for a slow reader. */
import type { Socket } from 'node:net';
import { BOUNDS } from '../limits.ts';
import { limited } from '../refusal.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export class Reply {
  readonly #socket: Socket;
  readonly #common: Readonly<Record<string, string>>;
  readonly #withBody: boolean;
  #state: 'fresh' | 'streaming' | 'finished' = 'fresh';
  #streamed = false;
  /** Set before the head is written: the connection ends after this answer. */
  close = false;

  constructor(socket: Socket, common: Readonly<Record<string, string>>, withBody: boolean) {
    this.#socket = socket;
    this.#common = common;
    this.#withBody = withBody;
  }

  get started(): boolean {
    return this.#state !== 'fresh';
  }

  get finished(): boolean {
    return this.#state === 'finished';
  }

  /** An answer of the gate's own in JSON. */
  json(status: number, value: unknown): void {
    this.whole(status, 'application/json', `${JSON.stringify(value)}\n`);
  }

  /** An answer in one piece. @throws Refusal for one that is larger than what may wait for a client */
  whole(status: number, type: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): void {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes.length > BOUNDS.wholeAnswerBytes) throw limited(`${BOUNDS.wholeAnswerBytes / 1024 ** 2} MB for one answer.`);
    this.#head(status, { ...headers, 'Content-Type': type, 'Content-Length': String(bytes.length) });
    if (this.#withBody && bytes.length > 0) this.#socket.write(bytes);
    this.#state = 'finished';
  }

  empty(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.#head(status, status === 204 || status === 304 ? headers : { ...headers, 'Content-Length': '0' });
    this.#state = 'finished';
  }

  /** Begins an answer that is written part by part; the head is sent at once. */
  begin(status: number, type: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#head(status, { ...headers, 'Content-Type': type, 'Transfer-Encoding': 'chunked' });
    this.#state = 'streaming';
    this.#streamed = true;
  }

  /** Resolves when the other side has room again. @throws when it is gone */
  async write(part: Buffer | string): Promise<void> {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (this.#socket.destroyed || !this.#socket.writable) throw new Error('the client has gone');
    if (bytes.length === 0 || !this.#withBody) return;
    this.#socket.cork();
    this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(bytes);
    const room = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    if (!room) await drained(this.#socket);
  }

  end(): void {
    if (this.#state === 'streaming' && this.#withBody) this.#socket.write('0\r\n\r\n', 'latin1');
    this.#state = 'finished';
  }

  /**
   * Resolves once the client has taken all of a finished answer, so that whoever reads nothing gets no second one.
   * @param ms milliseconds for an answer in one piece. Of a stream only its last part is left, and it may be read for longer: by a person
   * @returns false when the client is gone or has not taken it in time
   */
  async taken(ms: number): Promise<boolean> {
    const socket = this.#socket;
    const deadline = performance.now() + (this.#streamed ? BOUNDS.stalledMs : ms);
    while (!socket.destroyed && socket.writableLength > 0) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await drained(socket, left).catch(() => {});
    }
    return !socket.destroyed;
  }

  /** From here on the socket belongs to a stream in both directions. `upgraded` as the client asked for it. */
  switchProtocols(upgraded: boolean, type: string): void {
    this.#socket.write(
      upgraded
        ? `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`
        : `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`,
      'latin1',
    );
    this.#state = 'finished';
  }

  #head(status: number, headers: Readonly<Record<string, string>>): void {
    const fields = { ...this.#common, ...headers, ...(this.close ? { Connection: 'close' } : {}) };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value.replace(/[^\x20-\x7e]/g, '?')}\r\n`);
    this.#socket.write(`HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\n${lines.join('')}\r\n`, 'latin1');
  }
}

/** @param ms milliseconds to wait; none: as long as the socket is there. @throws when it is gone or the time is over */
function drained(socket: Socket, ms?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error): void => {
      clearTimeout(timer);
      socket.off('drain', drain);
      socket.off('close', gone);
      if (error) reject(error);
      else resolve();
    };
    const drain = (): void => done();
    const gone = (): void => done(new Error('the client has gone'));
    const timer = ms === undefined ? undefined : setTimeout(() => done(new Error('the client takes nothing')), ms);
    socket.on('drain', drain);
    socket.on('close', gone);
  });
}
