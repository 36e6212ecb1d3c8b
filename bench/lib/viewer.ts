import { once } from 'node:events';
import type { RawData, WebSocket } from 'ws';
import { until } from '../../e2e/support/until.ts';
import { decodeHostFrame, encodeViewerFrame } from '../../src/shared/terminal-wire/frames.ts';
import type { Cleanup } from './cleanup.ts';
import { type BuiltHost, newSocket } from './host.ts';

const PROMPT = /[#$] (\x1b\[\?2004h)?$/;
const PROMPT_MS = 60_000;
/** Characters of output that are kept. */
const TAIL = 200;
const encoder = new TextEncoder();

/** A viewer of a terminal without a page: it reads, acknowledges and forgets. */
export class Viewer {
  received = 0;
  /** The end of what was received. */
  tail = '';
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: RawData) => {
      const frame = decodeHostFrame(data as Buffer);
      if (frame.kind === 'snapshot') this.tail = frame.text.slice(-TAIL);
      if (frame.kind !== 'output') return;
      this.tail = (this.tail + Buffer.from(frame.bytes.subarray(-TAIL)).toString('latin1')).slice(-TAIL);
      this.received += frame.bytes.length;
      socket.send(encodeViewerFrame({ kind: 'ack', count: frame.bytes.length }));
    });
  }

  static async open(host: BuiltHost, cookie: string, terminalId: string, cleanup: Cleanup): Promise<Viewer> {
    const socket = newSocket(host, cookie, `/terminals/${terminalId}`, cleanup);
    // Before it is open: the first frame may come with the answer that opens it.
    const viewer = new Viewer(socket);
    await once(socket, 'open');
    return viewer;
  }

  type(text: string): void {
    this.#socket.send(encodeViewerFrame({ kind: 'input', bytes: encoder.encode(text) }));
  }

  /** Waits for a prompt at the end of what came. */
  async prompt(): Promise<void> {
    await until('a prompt', () => PROMPT.test(this.tail), PROMPT_MS).catch((error: Error) => {
      const line = this.#socket.readyState === this.#socket.OPEN ? 'open' : 'closed';
      throw new Error(`${error.message}; its line is ${line}, ${this.received} bytes came, the last are ${JSON.stringify(this.tail)}`);
    });
  }
}
