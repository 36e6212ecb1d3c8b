import type { MessageEvent, MessagePortMain } from 'electron';
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';

/** What one port may carry from the page. Beyond it the port is closed. */
export interface PortLimits {
  readonly maxBytes: number;
  readonly maxPerSecond: number;
}

/** The last message of a port that the host closes: Chromium gives a page no event for it. No frame and no call is empty. */
const GOODBYE = new Uint8Array(0);

/**
 * The host's end of a port to a page, with limits on what comes in. Only text and bytes pass: an object of any other
 * shape closes the port. Reports `close` once, whoever closed it.
 */
export class GuardedPort {
  private readonly port: MessagePortMain;
  private readonly limits: PortLimits;
  private readonly closeListeners: (() => void)[] = [];
  private closed = false;
  private second = 0;
  private count = 0;

  constructor(port: MessagePortMain, limits: PortLimits) {
    this.port = port;
    this.limits = limits;
    port.on('close', () => this.ended());
  }

  postMessage(data: unknown): void {
    if (!this.closed) this.port.postMessage(data);
  }

  on(event: 'message', listener: (message: { readonly data: string | Uint8Array<ArrayBuffer> }) => void): void;
  on(event: 'close', listener: () => void): void;
  on(event: 'message' | 'close', listener: ((message: { readonly data: string | Uint8Array<ArrayBuffer> }) => void) & (() => void)): void {
    if (event === 'close') {
      this.closeListeners.push(listener);
      return;
    }
    this.port.on('message', (message: MessageEvent) => {
      if (this.closed) return;
      const data = this.admit(message.data);
      if (data === null) this.close();
      else listener({ data });
    });
  }

  /** Messages queue up until this is called. */
  start(): void {
    this.port.start();
  }

  close(): void {
    if (this.closed) return;
    this.port.postMessage(GOODBYE);
    this.port.close();
    this.ended();
  }

  private ended(): void {
    if (this.closed) return;
    this.closed = true;
    for (const listener of this.closeListeners) listener();
  }

  private admit(data: unknown): string | Uint8Array<ArrayBuffer> | null {
    const second = Math.floor(performance.now() / 1000);
    this.count = second === this.second ? this.count + 1 : 1;
    this.second = second;
    if (this.count > this.limits.maxPerSecond) return null;
    if (typeof data === 'string') return data.length <= this.limits.maxBytes ? data : null;
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    return bytes instanceof Uint8Array && bytes.byteLength <= this.limits.maxBytes ? (bytes as Uint8Array<ArrayBuffer>) : null;
  }
}

/** A terminal's channel over a port. Text is no frame and closes it. */
export function binaryChannel(port: GuardedPort): BinaryChannel {
  return {
    // A view into a larger buffer would be cloned together with all of that buffer.
    send: (bytes) => port.postMessage(bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()),
    close: () => port.close(),
    onMessage(listener) {
      port.on('message', ({ data }) => {
        if (typeof data === 'string') port.close();
        else listener(data);
      });
      port.start();
    },
    onClose: (listener) => port.on('close', listener),
  };
}
