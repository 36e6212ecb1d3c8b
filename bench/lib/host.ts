/** The built web host as a process of its own, with its own data directory; sessions through its API, as the page uses it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { until } from '../../e2e/support/until.ts';
import type { Contract } from '../../src/shared/contract/contract.ts';
import type { RuntimeKind, SessionView } from '../../src/shared/contract/values.ts';
import type { Cleanup } from './cleanup.ts';
import { HIGH_MARK } from './no-flow-control-mark.ts';
import { ROOT } from './root.ts';

const READY = /Ops Lab is at (http:\/\/\S+)/;
const run = promisify(execFile);

export type Client = ContractRouterClient<Contract>;

export interface HostOptions {
  /** Leave flow control out: the floor of what flow control costs. */
  readonly withoutFlowControl?: boolean;
  /** Let `collectGarbage` be called. */
  readonly countMemory?: boolean;
}

/** Node's arguments for the host. */
function hostArguments(dataDirectory: string, { withoutFlowControl = false, countMemory = false }: HostOptions): string[] {
  const main = join(ROOT, 'out/main');
  if (withoutFlowControl) {
    const holders = readdirSync(main).filter((name) => name.endsWith('.js') && HIGH_MARK.test(readFileSync(join(main, name), 'utf8')));
    if (holders.length !== 1) throw new Error(`flow control cannot be left out: its constant is in ${holders.length} files of out/main`);
  }
  return [
    ...(withoutFlowControl ? ['--import', join(ROOT, 'bench/lib/no-flow-control.mjs')] : []),
    ...(countMemory ? ['--expose-gc', '--import', join(ROOT, 'bench/lib/collect-garbage.mjs')] : []),
    join(main, 'web.js'),
    '--port',
    '0',
    '--data-dir',
    dataDirectory,
  ];
}

/** Starts the host and waits for its link. */
export class BuiltHost {
  readonly dataDirectory: string;
  readonly #child: ChildProcess;
  #output = '';
  #link = '';

  private constructor(dataDirectory: string, options: HostOptions) {
    this.dataDirectory = dataDirectory;
    this.#child = spawn(process.execPath, hostArguments(dataDirectory, options), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk: Buffer) => (this.#output += chunk));
  }

  /** @param dataDirectory of an earlier host that has stopped; without it a new one, which goes with `cleanup` */
  static async start(cleanup: Cleanup, options: HostOptions = {}, dataDirectory = makeDataDirectory(cleanup)): Promise<BuiltHost> {
    const host = new BuiltHost(dataDirectory, options);
    cleanup.add('the web host', () => host.stop());
    await host.#ready();
    return host;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Such as `http://127.0.0.1:4777`. */
  get origin(): string {
    return new URL(this.#link).origin;
  }

  /** Logs a browser in, once. */
  get link(): string {
    return this.#link;
  }

  /** Logs in. @returns the cookie as `name=value` */
  async logIn(): Promise<string> {
    const token = new URL(this.#link).hash.slice('#token='.length);
    const response = await fetch(`${this.origin}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-opslab': '1', origin: this.origin },
      body: JSON.stringify({ token }),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0];
    if (cookie === undefined) throw new Error(`logging in answered ${response.status}`);
    return cookie;
  }

  /** @returns resident memory of the host after a collection, in bytes; only of a host that was started to count it */
  async collectGarbage(): Promise<number> {
    const answer = once(this.#child, 'message');
    this.#child.send('collect');
    const [bytes] = await answer;
    return Number(bytes);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }

  async #ready(): Promise<void> {
    this.#link = await until(
      'the web host to say where it is',
      () => {
        if (this.#child.exitCode !== null) throw new Error(`the web host ended with ${this.#child.exitCode}:\n${this.#output}`);
        return READY.exec(this.#output)?.[1];
      },
      60_000,
      2,
    );
  }
}

/** A new data directory; `cleanup` ends its sessions, which outlive their host, and removes it. */
export function makeDataDirectory(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-bench-'));
  const dataDirectory = join(folder, 'data');
  cleanup.add(folder, async () => {
    await run(process.execPath, [join(ROOT, 'out/main/cli.js'), 'clean', '--data-dir', dataDirectory]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return dataDirectory;
}

/** A line for calls, as the page has one. */
export async function connect(host: BuiltHost, cookie: string, cleanup: Cleanup): Promise<Client> {
  const socket = newSocket(host, cookie, '/rpc', cleanup);
  await once(socket, 'open');
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
}

/** A socket that is about to open. */
export function newSocket(host: BuiltHost, cookie: string, path: string, cleanup: Cleanup): WebSocket {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}${path}`, {
    headers: { Origin: host.origin, Cookie: cookie },
    perMessageDeflate: false,
  });
  cleanup.add('a socket', () => socket.terminate());
  socket.on('error', () => {});
  return socket;
}

/** Starts a lab and waits until it runs. @throws when it fails */
export async function startSession(client: Client, labId: string, runtime: RuntimeKind): Promise<SessionView> {
  const started = await client.sessions.start({ labId, runtime });
  return until(
    `${labId} to run`,
    async () => {
      const view = await client.sessions.get({ sessionId: started.id });
      if (view.state === 'failed' || view.state === 'lost') throw new Error(`${labId} did not start: ${view.message}`);
      return view.state === 'running' && view;
    },
    180_000,
  );
}
