/**
 * A runtime session whose only service is a real HTTP server in the process of the test. Load really is sent; script
 * probes are functions that the test gives. For tests of what sits above the runtimes.
 */
import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObserverRequest, ProcessFacts, RuntimeSession, ServiceStatus, SocketFacts } from '../main/core/runtime/runtime.ts';
import { OpsLabError } from '../shared/contract/errors.ts';

type Script = (signal: AbortSignal) => Promise<Record<string, number>>;

export class InProcessSession implements RuntimeSession {
  readonly kind = 'shell';
  readonly notices: readonly string[] = [];
  readonly ready = Promise.resolve();
  readonly #server: Server;
  /** How often each operation of the observer was asked for. */
  readonly observed: string[] = [];
  scripts: Record<string, Script> = {};
  restarts = 0;
  processFacts: ProcessFacts[] = [];
  socketFacts: SocketFacts[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: RequestListener): Promise<InProcessSession> {
    const server = createServer((incoming, response) => answer(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new InProcessSession(server);
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async observe(wanted: ObserverRequest, signal: AbortSignal): Promise<Record<string, number>> {
    const name = wanted.op === 'script' ? wanted.script : wanted.op;
    this.observed.push(name);
    if (wanted.op === 'http-load') return this.#load(wanted);
    const script = this.scripts[name];
    if (script === undefined) throw new OpsLabError('engine-failed', `There is no script ${name}.`);
    return script(signal);
  }

  async #load({ path, rate, seconds, timeoutMs }: Extract<ObserverRequest, { op: 'http-load' }>): Promise<Record<string, number>> {
    const answers: Promise<{ ok: boolean; ms: number }>[] = [];
    for (let sent = 0; sent < rate * seconds; sent++) {
      answers.push(this.#ask(path, timeoutMs));
      await delay(1000 / rate);
    }
    const all = (await Promise.all(answers)).toSorted((a, b) => a.ms - b.ms);
    const ok = all.filter((answer) => answer.ok).length;
    return { sent: all.length, ok, failed: all.length - ok, p99: all.at(Math.ceil(all.length * 0.99) - 1)?.ms ?? 0 };
  }

  #ask(path: string, timeoutMs: number): Promise<{ ok: boolean; ms: number }> {
    const began = performance.now();
    return new Promise((resolve) => {
      const done = (ok: boolean) => resolve({ ok, ms: performance.now() - began });
      const asked = request({ host: '127.0.0.1', port: this.#port, path, timeout: timeoutMs, agent: false }, (response) => {
        response.resume().on('end', () => done(response.statusCode === 200));
      });
      asked.on('timeout', () => asked.destroy(new Error('timeout'))).on('error', () => done(false));
      asked.end();
    });
  }

  async services(): Promise<ServiceStatus[]> {
    return [{ name: 'app', state: 'running', restarts: this.restarts, exitCode: null, outOfMemory: false, startedAt: 0 }];
  }
  async restart(): Promise<void> {
    this.restarts++;
  }
  async processes(): Promise<ProcessFacts[]> {
    return this.processFacts;
  }
  async sockets(): Promise<SocketFacts[]> {
    return this.socketFacts;
  }
  async startLoad(): Promise<void> {}
  onLost(): void {}
  async release(): Promise<void> {}

  async stop(): Promise<string[]> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    return [];
  }

  terminal(): never {
    throw new Error('an in-process session has no terminals');
  }
  exec(): never {
    throw new Error('an in-process session runs no programs');
  }
  listFiles(): never {
    throw new Error('an in-process session has no files');
  }
  readFile(): never {
    throw new Error('an in-process session has no files');
  }
  writeFile(): never {
    throw new Error('an in-process session has no files');
  }
}

/** A process as the kernel might show it. */
export function processFacts(patch: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid: 10,
    parentPid: 1,
    command: ['node', 'server.js'],
    state: 'S (sleeping)',
    threads: 7,
    residentBytes: 50 * 1024 * 1024,
    peakResidentBytes: 60 * 1024 * 1024,
    cpuMs: 0,
    descriptors: 20,
    softDescriptorLimit: 128,
    hardDescriptorLimit: 128,
    startedAt: 1000,
    ...patch,
  };
}
