/** The built web host is killed in mid-session, again and again: what it acknowledged is there, and the session goes on. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket as Socket } from 'ws';
import type { Contract } from '../../shared/contract/contract.ts';
import { decodeHostFrame, encodeViewerFrame } from '../../shared/terminal-wire/frames.ts';
import { labOnDisk } from '../../test-support/lab-on-disk.ts';
import { needsNamespaces } from '../../test-support/requirements.ts';

const HOST = join(import.meta.dirname, '../../../out/main/web.js');
const KILLS = 20;
const WAIT = { timeout: 40_000, interval: 25 };

type Client = ContractRouterClient<Contract>;

class Host {
  readonly child: ChildProcess;
  output = '';
  #cookie = '';
  #port = 0;
  client: Client | null = null;

  constructor(dataDirectory: string, labs: string) {
    this.child = spawn(process.execPath, [HOST, '--port', '0', '--data-dir', dataDirectory, '--labs', labs], {
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

  async socket(path: string, onMessage: (bytes: Buffer) => void = () => {}): Promise<Socket> {
    const headers = { Origin: `http://127.0.0.1:${this.#port}`, Cookie: this.#cookie };
    const socket = new Socket(`ws://127.0.0.1:${this.#port}${path}`, { headers });
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

async function until<T>(what: string, get: () => T | null | false | Promise<T | null | false>): Promise<T> {
  const found: T[] = [];
  const look = async () => {
    const value = await get();
    if (value) found.push(value);
    return found.length;
  };
  await expect.poll(look, { ...WAIT, message: what }).toBe(1);
  return found[0] as T;
}

/** A viewer of a terminal. */
async function view(host: Host, terminalId: string): Promise<{ shown: () => string; type: (text: string) => void }> {
  let shown = '';
  const socket = await host.socket(`/terminals/${terminalId}`, (bytes) => {
    const frame = decodeHostFrame(bytes);
    if (frame.kind === 'output') shown += Buffer.from(frame.bytes).toString();
    if (frame.kind === 'snapshot') shown += frame.text;
  });
  return { shown: () => shown, type: (text) => socket.send(encodeViewerFrame({ kind: 'input', bytes: Buffer.from(text) })) };
}

test.skipIf(!needsNamespaces())(
  `${KILLS} kills in mid-session lose no acknowledged command, damage nothing, and the session comes back with its screen`,
  { timeout: 400_000 },
  async () => {
    const disk = await labOnDisk('quick');
    const dataDirectory = mkdtempSync(join(tmpdir(), 'ops-lab-kill-'));
    let host = new Host(dataDirectory, disk.labs);
    onTestFinished(async () => {
      await host.kill();
      // After a failure a session still runs, whose folder must not be pulled away from under it.
      await promisify(execFile)(process.execPath, [join(HOST, '../cli.js'), 'clean', '--data-dir', dataDirectory], {
        env: { ...process.env, OPS_LAB_ENGINE: 'none' },
        timeout: 40_000,
      });
      rmSync(dataDirectory, { recursive: true, force: true });
      await disk.remove();
    });
    let client = await host.connect();
    const { id: sessionId } = await client.sessions.start({ labId: 'quick', runtime: 'shell' });
    const session = () => client.sessions.get({ sessionId });
    const first = await until('the session to run', async () => {
      const now = await session();
      return now.state === 'running' && now;
    });
    const terminalId = first.terminals[0]?.id ?? '';
    const acknowledged = new Set<string>();
    const look = async (text: string) => {
      const { commands } = await client.history.search({ text, failedOnly: false, limit: 100 });
      for (const { command } of commands) acknowledged.add(command);
      return commands.length;
    };

    for (let round = 1; round <= KILLS; round++) {
      const terminal = await view(host, terminalId);
      terminal.type(`printf 'seen-%s-${round}\\n' it\n`);
      await until('the output', () => terminal.shown().includes(`seen-it-${round}`));
      await until('the command', () => look(`seen-%s-${round}`));
      // In the middle of more: as soon as one of them was acknowledged.
      terminal.type(Array.from({ length: 8 }, (_, each) => `: burst-${round}-${each}\n`).join(''));
      await until('one of a burst', () => look(`burst-${round}-`));
      await host.kill();

      const database = new Database(join(dataDirectory, 'ops-lab.sqlite'), { readonly: true });
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      const kept = new Set(database.prepare<[], string>('SELECT command FROM commands').pluck().all());
      database.close();
      expect([...acknowledged].filter((command) => !kept.has(command))).toEqual([]);

      host = new Host(dataDirectory, disk.labs);
      client = await host.connect();
      expect((await client.app.info()).notices).toEqual([]);
      await until('the session to run again', async () => (await session()).state === 'running');
      expect((await session()).terminals.map(({ id }) => id)).toContain(terminalId);
      const back = await view(host, terminalId);
      await until('the screen', () => back.shown().includes(`seen-it-${round}`));
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(2 * KILLS);
    expect((await client.sessions.stop({ sessionId })).state).toBe('stopped');
  },
);
