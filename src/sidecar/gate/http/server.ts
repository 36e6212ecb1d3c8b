/** The gate's socket: connections, one request after the other on each, and their limits. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { BOUNDS, type Limits, Slots } from '../limits.ts';
import { broken, Refusal } from '../refusal.ts';
import { RequestBody } from './body.ts';
import { ByteReader } from './byte-reader.ts';
import { parseHead, type RequestHead } from './head.ts';
import { Reply } from './reply.ts';

export interface Exchange {
  readonly head: RequestHead;
  readonly body: RequestBody;
  readonly reply: Reply;
  /** Aborted when the client has gone or the gate closes. */
  readonly signal: AbortSignal;
  /** Takes the socket over for bytes in both directions. @throws Refusal when bytes came before they were asked for */
  hijack(): Socket;
}

export type Handler = (exchange: Exchange) => Promise<void>;

export class GateServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  readonly #limits: Limits;
  readonly #handler: Handler;
  readonly #common: Readonly<Record<string, string>>;
  readonly #slots: Slots;

  constructor(limits: Limits, common: Readonly<Record<string, string>>, handler: Handler) {
    this.#limits = limits;
    this.#common = common;
    this.#handler = handler;
    this.#slots = new Slots(limits.connections);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void this.#serve(socket));
  }

  /** @param path of a Unix socket or named pipe; what is left there from before is replaced. `mode`: its permissions */
  async listen(path: string, mode: number): Promise<void> {
    if (!path.startsWith('\\\\')) rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => resolve());
    });
    if (!path.startsWith('\\\\')) chmodSync(path, mode);
  }

  /** Cuts all connections; resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(BOUNDS.stalledMs);
    socket.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    const release = this.#slots.take();
    socket.once('close', () => {
      this.#sockets.delete(socket);
      release?.();
    });
    if (!release || this.#closing.signal.aborted) {
      const reply = new Reply(socket, this.#common, true);
      reply.close = true;
      reply.json(503, { message: `More than ${this.#limits.connections} connections to the engine at once: close one of them.` });
      socket.end();
      setTimeout(() => socket.destroy(), BOUNDS.lingerMs).unref();
      return;
    }
    const reader = new ByteReader(socket);
    try {
      while (await this.#next(socket, reader));
    } catch {
      // Whatever it was, this connection is over.
      socket.destroy();
    }
  }

  /** @returns whether another request may follow */
  async #next(socket: Socket, reader: ByteReader): Promise<boolean> {
    const limits = this.#limits;
    let reply = new Reply(socket, this.#common, true);
    let body: RequestBody | null = null;
    let hijacked = false;
    const gone = new AbortController();
    try {
      const overflow = (): Error => new Refusal(431, `a head of more than ${limits.headBytes} bytes`, true);
      const bytes = await reader.takeUntil('\r\n\r\n', limits.headBytes, limits.headMs, limits.idleMs, overflow).catch((error) => {
        // Nobody waits for an answer on a connection that was merely idle.
        if (reader.waiting === 0) return null;
        throw error;
      });
      if (!bytes) {
        socket.end();
        setTimeout(() => socket.destroy(), BOUNDS.lingerMs).unref();
        return false;
      }
      const head = parseHead(bytes.toString('latin1'), limits);
      reply = new Reply(socket, this.#common, head.method !== 'HEAD');
      body = new RequestBody(reader, head.body, limits);
      reply.close = head.headers.get('connection')?.toLowerCase() === 'close';
      const forget = reader.whenEnded(() => gone.abort());
      const hijack = (): Socket => {
        if (reader.waiting > 0) throw broken('bytes came before the connection was switched');
        hijacked = true;
        forget();
        reader.release();
        return socket;
      };
      await this.#handler({ head, body, reply, signal: AbortSignal.any([gone.signal, this.#closing.signal]), hijack });
      forget();
      if (hijacked) return false;
    } catch (error) {
      if (hijacked || socket.destroyed) {
        socket.destroy();
        return false;
      }
      if (reply.started) {
        // Half an answer is shown as broken, not as complete.
        if (!reply.finished) socket.destroy();
      } else {
        const refusal = error instanceof Refusal ? error : new Refusal(500, 'The gate could not handle this request.');
        reply.close ||= refusal.close || !(body?.done ?? false);
        reply.json(refusal.status, { message: refusal.message });
      }
    }
    if (socket.destroyed) return false;
    if (reply.finished && !reply.close && (body?.done ?? false)) {
      // Requests that are read faster than their answers are taken would pile those up here.
      if (await reply.taken(limits.drainMs)) return true;
      socket.destroy();
      return false;
    }
    await this.#linger(socket, reader);
    return false;
  }

  /** Lets the client read the answer before the connection is cut: closing at once would lose it while the client still writes. */
  async #linger(socket: Socket, reader: ByteReader): Promise<void> {
    socket.end();
    const deadline = performance.now() + BOUNDS.lingerMs;
    let bytes = 0;
    while (bytes < BOUNDS.lingerBytes && performance.now() < deadline) {
      const part = await reader.take(65_536, Math.max(1, deadline - performance.now())).catch(() => null);
      if (!part) break;
      bytes += part.length;
    }
    socket.destroySoon();
    socket.destroy();
  }
}
