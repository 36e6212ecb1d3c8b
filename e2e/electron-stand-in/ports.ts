/** Message ports between this process and a page, with the semantics of Electron's MessagePortMain. */
import { EventEmitter } from 'node:events';

/** The page's end of a port that was handed over. */
export interface RemoteEnd {
  post(data: string): void;
  close(): void;
}

/** One letter for the type, then the value: the page's scripts read and write the same. @throws for what cannot be cloned */
export function encode(value: unknown): string {
  if (typeof value === 'string') return `s${value}`;
  if (value instanceof ArrayBuffer) return `b${Buffer.from(value).toString('base64')}`;
  if (value instanceof Uint8Array) return `u${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  structuredClone(value);
  return `j${JSON.stringify(value)}`;
}

export function decode(text: string): unknown {
  const rest = text.slice(1);
  if (text[0] === 's') return rest;
  if (text[0] === 'j') return JSON.parse(rest);
  const bytes = new Uint8Array(Buffer.from(rest, 'base64'));
  return text[0] === 'b' ? bytes.buffer : bytes;
}

export class MessagePortMain extends EventEmitter {
  private peer: MessagePortMain | null = null;
  private remote: RemoteEnd | null = null;
  private transferred = false;
  private started = false;
  private ended = false;
  private readonly inbox: string[] = [];

  static entangle(first: MessagePortMain, second: MessagePortMain): void {
    first.peer = second;
    second.peer = first;
  }

  postMessage(message: unknown): void {
    if (this.transferred) throw new Error('this port was transferred');
    if (this.ended) return;
    const data = encode(message);
    if (this.remote !== null) this.remote.post(data);
    else this.peer?.deliver(data);
  }

  start(): void {
    this.started = true;
    for (const data of this.inbox.splice(0)) this.emit('message', { data: decode(data), ports: [] });
  }

  close(): void {
    if (this.ended) return;
    this.remote?.close();
    const peer = this.peer;
    this.end();
    peer?.end();
  }

  /** Gives this port to a page: what is said to it from now on goes to `remote`. @returns the end that stays here */
  transfer(remote: RemoteEnd): MessagePortMain {
    if (this.transferred) throw new Error('a port is transferred once');
    if (this.peer === null) throw new Error('a port without a partner cannot be transferred');
    this.transferred = true;
    const stays = this.peer;
    stays.remote = remote;
    stays.peer = null;
    for (const data of this.inbox.splice(0)) remote.post(data);
    if (stays.ended) remote.close();
    return stays;
  }

  /** A message from the other side; waits until `start`. */
  deliver(data: string): void {
    if (this.ended) return;
    if (this.started) this.emit('message', { data: decode(data), ports: [] });
    else this.inbox.push(data);
  }

  /** The other side is gone. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.remote = null;
    queueMicrotask(() => this.emit('close'));
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain();
  readonly port2 = new MessagePortMain();

  constructor() {
    MessagePortMain.entangle(this.port1, this.port2);
  }
}
