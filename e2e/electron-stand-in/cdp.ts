/** Chromium, and the DevTools protocol over its pipe: when this process dies, however it dies, Chromium ends too. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts';

export type Json = Record<string, unknown>;

interface Reply {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

/** The events of one target; `send` speaks to that target. */
export class CdpSession extends EventEmitter {
  readonly id: string | undefined;
  private readonly browser: Chromium;

  constructor(browser: Chromium, id: string | undefined) {
    super();
    this.browser = browser;
    this.id = id;
  }

  send(method: string, params: Json = {}): Promise<Json> {
    return this.browser.send(method, params, this.id);
  }
}

export class Chromium {
  /** Where a test may connect as well, such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  readonly root: CdpSession;
  private readonly child: ChildProcess;
  private readonly profile: string;
  private readonly sessions = new Map<string, CdpSession>();
  private readonly waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  private nextId = 1;

  /** Starts Chromium with a fresh profile below `folder`. @throws when there is none, or it does not start within 20 s */
  static async launch(folder: string): Promise<Chromium> {
    const profile = join(folder, `chromium-${process.pid}`);
    mkdirSync(profile, { recursive: true });
    const child = spawn(
      findChromium(),
      [
        ...CHROMIUM_FLAGS,
        '--headless=new',
        // Tells this side that a page closed its end of a port (see page-scripts.ts).
        '--enable-blink-features=MessagePortCloseEvent',
        '--remote-debugging-pipe',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const portFile = join(profile, 'DevToolsActivePort');
    const deadline = performance.now() + 20_000;
    while (!existsSync(portFile) || !readFileSync(portFile, 'utf8').includes('\n')) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`Chromium did not start (exit code ${child.exitCode})`);
      await delay(20);
    }
    const [port] = readFileSync(portFile, 'utf8').split('\n');
    return new Chromium(child, profile, `http://127.0.0.1:${port}`);
  }

  private constructor(child: ChildProcess, profile: string, endpoint: string) {
    this.child = child;
    this.profile = profile;
    this.endpoint = endpoint;
    this.root = new CdpSession(this, undefined);
    let rest = Buffer.alloc(0);
    (child.stdio[4] as Readable).on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
        const message = rest.subarray(0, end).toString('utf8');
        rest = rest.subarray(end + 1);
        this.receive(JSON.parse(message));
      }
    });
    (child.stdio[3] as Writable).on('error', () => {});
  }

  async attach(targetId: string): Promise<CdpSession> {
    const { sessionId } = await this.root.send('Target.attachToTarget', { targetId, flatten: true });
    const session = new CdpSession(this, String(sessionId));
    this.sessions.set(String(sessionId), session);
    return session;
  }

  send(method: string, params: Json, sessionId: string | undefined): Promise<Json> {
    const id = this.nextId++;
    (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** Ends Chromium and takes its profile away. */
  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exited;
    }
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private receive(reply: Reply): void {
    if (reply.id !== undefined) {
      const waiter = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.error !== undefined) waiter?.reject(new Error(reply.error.message));
      else waiter?.resolve(reply.result ?? {});
      return;
    }
    const session = reply.sessionId === undefined ? this.root : this.sessions.get(reply.sessionId);
    if (reply.method !== undefined) session?.emit(reply.method, reply.params ?? {});
  }
}
