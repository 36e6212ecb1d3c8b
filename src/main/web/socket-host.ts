/** WebSockets: who may open one, how many, and when they end. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_INPUT_BYTES } from '../../shared/terminal-wire/flow.ts';
import type { Caller, Core } from '../core/core.ts';
import { lateChannel } from '../transports/late-channel.ts';
import { MAX_IMPORT } from '../transports/rpc-frame.ts';
import { CLOSE, serveSocket, socketBinaryChannel } from '../transports/websocket.ts';
import { type Refusal, refuseUpgrade } from './request-guard.ts';

const TERMINAL_PATH = /^\/terminals\/([a-z0-9]{32})$/;
/** Sockets that one logged-in browser may hold, and all of them together: a line for calls and one per visible terminal. */
const MAX_PER_SESSION = 64;
const MAX_ALL = 200;
const PING_EVERY_MS = 30_000;

export interface SocketHostOptions {
  readonly core: Core;
  /** Own names with port. */
  readonly hosts: ReadonlySet<string>;
  /** @returns the name of the browser's login, or null */
  login(request: IncomingMessage): string | null;
  /** Who is at the other end of a connection. */
  caller(request: IncomingMessage): () => Caller;
}

function answer(socket: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ code, message });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const NOT_FOUND: Refusal = { status: 404, code: 'not-found', message: 'There is nothing here.' };

export class SocketHost {
  readonly #options: SocketHostOptions;
  /** The largest message is an import. Compression stays off: it costs time on loopback and memory per socket. */
  readonly #rpc = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_IMPORT, clientTracking: false });
  readonly #terminals = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_INPUT_BYTES * 4,
    clientTracking: false,
  });
  readonly #sockets = new Map<WebSocket, string>();
  readonly #alive = new WeakSet<WebSocket>();
  readonly #pings: NodeJS.Timeout;

  constructor(server: Server, options: SocketHostOptions) {
    this.#options = options;
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      this.#upgrade(request, socket, head);
    });
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#pings.unref();
  }

  /** Closes the sockets of one login; those that do not close at once are cut after a second. */
  endSession(login: string): void {
    for (const [socket, owner] of this.#sockets) {
      if (owner !== login) continue;
      socket.close(CLOSE.policy, 'the login has ended');
      setTimeout(() => socket.terminate(), 500).unref();
    }
  }

  close(): void {
    clearInterval(this.#pings);
    for (const socket of this.#sockets.keys()) socket.terminate();
  }

  /** @returns what stands against an upgrade: the path, the name, the origin, the login, the limits, in this order */
  #refuse(request: IncomingMessage, terminalId: string | undefined, login: string | null): Refusal | null {
    if (terminalId === undefined && request.url !== '/rpc') return NOT_FOUND;
    const refusal = refuseUpgrade(request, this.#options.hosts);
    if (refusal !== null) return refusal;
    if (login === null) return { status: 401, code: 'unauthorized', message: 'Open the link that Ops Lab printed.' };
    const own = [...this.#sockets.values()].filter((owner) => owner === login).length;
    if (own < MAX_PER_SESSION && this.#sockets.size < MAX_ALL) return null;
    return { status: 429, code: 'limit', message: 'Too many connections are open. Close some pages of Ops Lab.' };
  }

  /** Accepts (101) only when nothing stands against it and, for a terminal, when the core took the viewer. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const terminalId = TERMINAL_PATH.exec(request.url ?? '')?.[1];
    const login = this.#options.login(request);
    const refusal = this.#refuse(request, terminalId, login);
    if (refusal !== null || login === null) {
      answer(socket, refusal ?? NOT_FOUND);
      return;
    }
    const caller = this.#options.caller(request);
    if (terminalId === undefined) {
      this.#rpc.handleUpgrade(request, socket, head, (ready) => {
        this.#keep(ready, login);
        serveSocket(this.#options.core, caller, ready);
      });
      return;
    }
    const { channel, bind, abandon } = lateChannel();
    try {
      this.#options.core.sessions.attachTerminal(caller(), terminalId, channel);
    } catch {
      answer(socket, NOT_FOUND);
      return;
    }
    socket.once('close', abandon);
    this.#terminals.handleUpgrade(request, socket, head, (ready) => {
      socket.off('close', abandon);
      this.#keep(ready, login);
      bind(socketBinaryChannel(ready));
    });
  }

  #keep(socket: WebSocket, login: string): void {
    this.#sockets.set(socket, login);
    this.#alive.add(socket);
    socket.on('pong', () => this.#alive.add(socket));
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** Cuts who did not answer the last ping: a page that sleeps or a machine that is gone. */
  #ping(): void {
    for (const socket of this.#sockets.keys()) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}
