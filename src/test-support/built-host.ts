/** Test support: the built web host as a process of its own, as a person starts it, and what a page does with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { expect } from 'vitest';
import { WebSocket as Socket } from 'ws';
import type { Contract } from '../shared/contract/contract.ts';
import { FLOW } from '../shared/terminal-wire/flow.ts';
import { decodeHostFrame, encodeViewerFrame } from '../shared/terminal-wire/frames.ts';

/** Folder of the built entries. */
export const BUILT = join(import.meta.dirname, '../../out/main');
const WAIT = { timeout: 40_000, interval: 25 };

export type Client = ContractRouterClient<Contract>;

export class BuiltHost {
  readonly child: ChildProcess;
  output = '';
  #cookie = '';
  #port = 0;
  client: Client | null = null;

  /** @param within a program that runs the rest of its command line, such as `unshare` */
  constructor(dataDirectory: string, labs: string, within: readonly string[] = []) {
    const [file = '', ...args] = [
      ...within,
      process.execPath,
      join(BUILT, 'web.js'),
      '--port',
      '0',
      '--data-dir',
      dataDirectory,
      '--labs',
      labs,
    ];
    this.child = spawn(file, args, {
      env: { ...process.env, OPS_LAB_ENGINE: 'none' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (bytes: Buffer) => (this.output += bytes));
  }

  /** Waits until it serves, logs in, and opens the line for calls. */
  async connect(): Promise<Client> {
    const link = await until('the host to say where it is', () => /127\.0\.0\.1:(\d+)\/#token=([\w-]+)/.exec(this.output));
    this.#port = Number(link[1]);
    const answer = await fetch(`http://127.0.0.1:${this.#port}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-opslab': '1', origin: `http://127.0.0.1:${this.#port}` },
      body: JSON.stringify({ token: link[2] }),
    });
    this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const socket = await this.socket('/rpc');
    this.client = createORPCClient(new RPCLink({ websocket: socket as unknown as WebSocket }));
    return this.client;
  }

  get port(): number {
    return this.#port;
  }

  /** What a page sends along with each request and upgrade. */
  get headers(): { Origin: string; Cookie: string } {
    return { Origin: `http://127.0.0.1:${this.#port}`, Cookie: this.#cookie };
  }

  async socket(path: string, onMessage: (bytes: Buffer) => void = () => {}): Promise<Socket> {
    const socket = new Socket(`ws://127.0.0.1:${this.#port}${path}`, { headers: this.headers, perMessageDeflate: false });
    socket.on('error', () => {});
    // Before it is open: the first message may come with the answer to the upgrade.
    socket.on('message', onMessage);
    await once(socket, 'open');
    return socket;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** Waits for a value that is one. @param what is waited for, in words */
export async function until<T>(what: string, get: () => T | null | false | Promise<T | null | false>): Promise<T> {
  const found: T[] = [];
  const look = async () => {
    const value = await get();
    if (value) found.push(value);
    return found.length;
  };
  await expect.poll(look, { ...WAIT, message: what }).toBe(1);
  return found[0] as T;
}

/** A viewer of a terminal: what it was shown so far, as text. It acknowledges what it gets, as a page does. */
export async function view(host: BuiltHost, terminalId: string): Promise<{ shown: () => string; type: (text: string) => void }> {
  let shown = '';
  let parsed = 0;
  const socket = await host.socket(`/terminals/${terminalId}`, (bytes) => {
    const frame = decodeHostFrame(bytes);
    if (frame.kind === 'snapshot') shown += frame.text;
    if (frame.kind !== 'output') return;
    shown += Buffer.from(frame.bytes).toString();
    parsed += frame.bytes.length;
    if (parsed < FLOW.ackEvery) return;
    socket.send(encodeViewerFrame({ kind: 'ack', count: parsed }));
    parsed = 0;
  });
  return { shown: () => shown, type: (text) => socket.send(encodeViewerFrame({ kind: 'input', bytes: Buffer.from(text) })) };
}
