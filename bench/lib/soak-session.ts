/** One session of a soak: started, flooded in two terminals, checked, stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RawData, WebSocket } from 'ws';
import { until } from '../../e2e/support/until.ts';
import type { RuntimeKind } from '../../src/shared/contract/values.ts';
import { decodeHostFrame, encodeViewerFrame } from '../../src/shared/terminal-wire/frames.ts';
import { Cleanup } from './cleanup.ts';
import { type BuiltHost, type Client, openSocket, startSession } from './host.ts';

const LAB = 'too-many-open-files';
const FLOOD_MS = 2_000;
const PROMPT_MS = 60_000;
const TAIL = 200;
const PROMPT = /[#$] (\x1b\[\?2004h)?$/;
const encoder = new TextEncoder();

/** A viewer that reads, acknowledges and forgets. */
class Viewer {
  received = 0;
  /** The end of what was received. */
  tail = '';
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
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

  type(text: string): void {
    this.#socket.send(encodeViewerFrame({ kind: 'input', bytes: encoder.encode(text) }));
  }

  async prompt(): Promise<void> {
    await until('a prompt', () => PROMPT.test(this.tail), PROMPT_MS).catch((error: Error) => {
      const line = this.#socket.readyState === this.#socket.OPEN ? 'open' : 'closed';
      throw new Error(`${error.message}; its line is ${line}, ${this.received} bytes came, the last are ${JSON.stringify(this.tail)}`);
    });
  }
}

interface Soaked {
  readonly host: BuiltHost;
  readonly client: Client;
  readonly cookie: string;
  readonly runtime: RuntimeKind;
}

/** @returns bytes that came through its terminals */
export async function soakSession({ host, client, cookie, runtime }: Soaked): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const { id: sessionId } = await startSession(client, LAB, runtime);
    await client.sessions.acknowledge({ sessionId });
    const view = async () => {
      const { id } = await client.terminals.open({ sessionId, name: 'shell', cols: 100, rows: 30 });
      return { id, viewer: new Viewer(await openSocket(host, cookie, `/terminals/${id}`, cleanup)) };
    };
    const terminals = [await view(), await view()];
    for (const { viewer } of terminals) {
      await viewer.prompt();
      viewer.tail = '';
      viewer.type('yes soaked\r');
    }
    // The checks look at a session whose terminals are flooded.
    await Promise.all([delay(FLOOD_MS), client.sessions.check({ sessionId })]);
    for (const { viewer } of terminals) {
      viewer.tail = '';
      viewer.type('\x03');
      await viewer.prompt();
    }
    // One is closed by hand, the other goes with its session.
    await client.terminals.close({ terminalId: terminals[0]?.id ?? '' });
    await client.sessions.stop({ sessionId });
    return terminals.reduce((sum, { viewer }) => sum + viewer.received, 0);
  } finally {
    await cleanup.close();
  }
}
