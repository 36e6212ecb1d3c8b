/** Bytes as they are to a Unix socket, and the answers that come back. */
import { connect, type Socket } from 'node:net';

export interface SocketAnswer {
  readonly status: number;
  readonly body: string;
  /** The other side has closed. */
  readonly closed: boolean;
  readonly text: string;
}

/** Collects until the other side closes or `quietMs` pass without a byte. */
export function rawSocket(path: string, bytes: string | Buffer, quietMs = 300): Promise<SocketAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    let text = '';
    let closed = false;
    const done = (): void => {
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ status, body: text.split('\r\n\r\n').slice(1).join('\r\n\r\n'), closed, text });
    };
    socket.setTimeout(quietMs, done);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      closed = true;
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') done();
      else reject(error);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      closed = true;
      done();
    });
    socket.write(bytes);
  });
}

/** One connection for many requests; every answer must have a length or chunks. It connects again when the other side closes. */
export class RequestLine {
  readonly #path: string;
  #socket: Socket | null = null;
  #text = '';
  #wake: (() => void) | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns the status; 0 when the connection was closed without an answer @throws Error after 5 s without one */
  async send(bytes: string | Buffer, withBody = true): Promise<number> {
    this.#socket ??= this.#connect();
    const socket = this.#socket;
    this.#text = '';
    socket.write(bytes);
    const deadline = Date.now() + 5_000;
    for (;;) {
      const length = this.#complete(withBody);
      if (length !== null) {
        const status = Number(this.#text.slice(9, 12));
        if (/^Connection: close/im.test(this.#text) || status === 101 || length === 'closes') this.close();
        return status;
      }
      if (socket.destroyed || socket.readableEnded) {
        this.close();
        return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#text)?.[1] ?? 0);
      }
      if (Date.now() > deadline) {
        this.close();
        throw new Error(`no answer to ${JSON.stringify(bytes.toString().slice(0, 200))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #connect(): Socket {
    const socket = connect(this.#path);
    const wake = (): void => this.#wake?.();
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      wake();
    });
    for (const event of ['end', 'close', 'error']) socket.on(event, wake);
    return socket;
  }

  #complete(withBody: boolean): true | 'closes' | null {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = this.#text.slice(0, end);
    if (/^HTTP\/1\.1 (?:101|204|304)/.test(head)) return true;
    const length = /^Content-Length: (\d+)/im.exec(head)?.[1];
    if (length !== undefined) return !withBody || this.#text.length >= end + 4 + Number(length) ? true : null;
    if (/^Transfer-Encoding: chunked/im.test(head)) return this.#text.endsWith('0\r\n\r\n') ? true : null;
    return 'closes';
  }
}
