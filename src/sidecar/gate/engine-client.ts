/** Requests to the real engine, written by the gate: its own method, path, query and headers. Nothing here comes from a client's wire. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface EngineCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Without the version; ids in it are full ones. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A plain tar archive of `bytes` bytes. */
  readonly archive?: { readonly stream: Readable; readonly bytes: number };
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to the head of the answer; 0: as long as it takes. */
  readonly timeoutMs?: number;
}

export interface EngineAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The engine said no. */
export class EngineRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'EngineRefusal';
    this.status = status;
  }
}

export interface EngineClientOptions {
  readonly socketPath: string;
  readonly timeoutMs: number;
  readonly answerBytes: number;
}

/** What the oldest engine that is supported speaks, and what is asked for where the engine knows more. */
const OLDEST = '1.40';
const PREFERRED = '1.41';

/** @param a such as `1.41`. @returns a negative number when `a` is older than `b`, zero when they are the same */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return (left?.[0] ?? 0) - (right?.[0] ?? 0) || (left?.[1] ?? 0) - (right?.[1] ?? 0);
}

/**
 * The one version that this gate speaks on both sides: 1.41, which clients from 20.10 on know, or the nearest that the engine has.
 * @throws Error for an engine that is too old
 */
export function chooseVersion(engine: { readonly ApiVersion: string; readonly MinAPIVersion?: string }): string {
  if (compareVersions(engine.ApiVersion, OLDEST) < 0)
    throw new Error(`the engine speaks API ${engine.ApiVersion}; the gate needs ${OLDEST}`);
  const version = compareVersions(engine.ApiVersion, PREFERRED) < 0 ? engine.ApiVersion : PREFERRED;
  return compareVersions(engine.MinAPIVersion ?? OLDEST, version) > 0 ? (engine.MinAPIVersion ?? version) : version;
}

export class EngineClient {
  readonly #options: EngineClientOptions;
  readonly #open = new Set<Socket>();
  version = '';

  constructor(options: EngineClientOptions) {
    this.#options = options;
  }

  /** Reads the whole answer as JSON. @throws EngineRefusal for a status of 400 and more that is not in `also` */
  async call<T = unknown>(call: EngineCall, also: readonly number[] = []): Promise<T> {
    const answer = await this.ask(call);
    if (answer.status >= 400 && !also.includes(answer.status)) throw new EngineRefusal(answer.status, messageOf(answer.body));
    return answer.body as T;
  }

  async ask(call: EngineCall): Promise<EngineAnswer> {
    const response = await this.stream(call);
    const text = await this.readAll(response);
    return { status: response.statusCode ?? 502, body: parse(text) };
  }

  /** The answer as it comes. Its reader destroys it, or the signal does. */
  stream(call: EngineCall): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#request(call, {}, reject);
      request.on('response', resolve);
      send(request, call);
    });
  }

  /** A connection in both directions. @returns the answer instead when the engine does not switch */
  hijack(call: EngineCall): Promise<{ readonly socket: Socket; readonly first: Buffer } | { readonly answer: IncomingMessage }> {
    return new Promise((resolve, reject) => {
      const request = this.#request(call, { Connection: 'Upgrade', Upgrade: 'tcp' }, reject);
      request.on('response', (answer) => resolve({ answer }));
      request.on('upgrade', (_response, socket, first) => resolve({ socket: socket as Socket, first }));
      send(request, call);
    });
  }

  async readAll(response: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > this.#options.answerBytes) {
        response.destroy();
        throw new Error('the engine answers with more than is read');
      }
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  }

  /** Cuts every connection to the engine. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #request(call: EngineCall, headers: Record<string, string>, failed: (error: Error) => void) {
    const { socketPath } = this.#options;
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(key, String(value));
    const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body));
    const prefix = this.version === '' ? '' : `/v${this.version}`;
    const request = httpRequest({
      createConnection: () => {
        const socket = connect({ path: socketPath, allowHalfOpen: true });
        this.#open.add(socket);
        // Whoever has it after a switch of protocols hears of its end by `close`; an error without a listener would end the gate.
        socket.on('error', () => {});
        socket.once('close', () => this.#open.delete(socket));
        return socket;
      },
      method: call.method,
      path: `${prefix}${call.path}${query.size > 0 ? `?${query}` : ''}`,
      headers: {
        Host: 'docker',
        Connection: 'close',
        ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
        ...(call.archive ? { 'Content-Type': 'application/x-tar', 'Content-Length': call.archive.bytes } : {}),
        ...(!body && !call.archive && call.method === 'POST' ? { 'Content-Length': 0 } : {}),
        ...headers,
      },
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const wait = call.timeoutMs ?? this.#options.timeoutMs;
    const timer = wait > 0 ? setTimeout(() => request.destroy(new Error('the engine did not answer in time')), wait) : undefined;
    const stop = (): void => clearTimeout(timer);
    request.on('response', stop);
    request.on('upgrade', stop);
    request.on('error', (error) => {
      stop();
      failed(error);
    });
    return request;
  }
}

function send(request: ReturnType<typeof httpRequest>, call: EngineCall): void {
  if (call.archive) {
    call.archive.stream.on('error', (error) => request.destroy(error));
    // A build that is cut off leaves no open file behind.
    const { stream } = call.archive;
    request.on('close', () => stream.destroy());
    stream.pipe(request);
    return;
  }
  request.end(call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body)));
}

function parse(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}

/** The engine's sentence. */
export function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : 'the engine refused without a reason';
}
