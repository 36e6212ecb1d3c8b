/** A session on the shell runtime, as the rest of the core sees it. Its processes belong to the supervisor. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { Addresses, ObserverJob } from '../../../../sidecar/observer/protocol.ts';
import { hasArgument, kill, killAll, membersOf, treeOf } from '../../../../sidecar/supervisor/process-table.ts';
import type { SupervisedService, SupervisorInfo } from '../../../../sidecar/supervisor/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import { integrationEnvironment } from '../../terminals/shell-integration.ts';
import { runObserverJob } from '../observer-client.ts';
import type {
  ExecResult,
  ObserverRequest,
  ProcessFacts,
  PtyCommand,
  RuntimeSession,
  ServiceStatus,
  SocketFacts,
  TerminalRequest,
  WorkspaceEntry,
} from '../runtime.ts';
import { workspacePath } from '../workspace-path.ts';
import { runProgram } from './run-program.ts';
import { observerEnvironment, pathsOf, type ShellPrograms, sessionEnvironment } from './session-folder.ts';
import type { SupervisorClient } from './supervisor-client.ts';
import { listFiles, readFile, writeFile } from './workspace.ts';

/** Twice Docker's stop time, and the start. */
const RESTART_TIMEOUT_MS = 15_000;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 25_000;
const EXEC_TIMEOUT_MS = 60_000;

export interface ShellSessionParts {
  readonly folder: string;
  readonly lab: Lab;
  readonly client: SupervisorClient;
  readonly info: SupervisorInfo;
  readonly programs: ShellPrograms;
  /** Whether this machine's bash can report its commands. */
  readonly captured: boolean;
}

export class ShellSession implements RuntimeSession {
  readonly kind = 'shell';
  readonly notices: readonly string[];
  readonly ready: Promise<void>;
  readonly #parts: ShellSessionParts;
  readonly #workspace: string;
  readonly #addresses: Addresses;
  #lost: ((reason: string) => void) | null = null;
  #isLost = false;
  #over = false;

  constructor(parts: ShellSessionParts) {
    this.#parts = parts;
    this.#workspace = pathsOf(parts.folder).workspace;
    this.notices = noticesOf(parts.info);
    const names = Object.keys(parts.lab.compose.services);
    this.#addresses = Object.fromEntries(names.map((name) => [name, { host: '127.0.0.1', ports: parts.info.ports[name] ?? {} }]));
    parts.client.onClose(() => this.#onClose());
    this.ready = parts.client.ask<null>({ op: 'ready' }, { timeoutMs: READY_TIMEOUT_MS }).then(() => undefined);
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => {});
  }

  async terminal(request: TerminalRequest): Promise<PtyCommand> {
    const log = request.kind === 'log';
    const program = log
      ? ['tail', '-n', '200', '-F', join(this.#workspace, workspacePath(request.file ?? ''))]
      : ['bash', '--rcfile', pathsOf(this.#parts.folder).integration];
    const [file = '', ...args] = this.#enter('HUP', program);
    return {
      file,
      args,
      env: {
        ...sessionEnvironment(this.#parts.folder),
        TERM: 'xterm-256color',
        COLORTERM: 'truecolor',
        ...integrationEnvironment(request.nonce, 'learner:\\W\\$ '),
      },
      cwd: this.#workspace,
      captured: !log && this.#parts.captured,
    };
  }

  exec(
    argv: readonly string[],
    options: { input?: Uint8Array; timeoutMs?: number; signal?: AbortSignal; env?: Readonly<Record<string, string>> } = {},
  ): Promise<ExecResult> {
    return runProgram(this.#enter('KILL', argv), {
      cwd: this.#workspace,
      env: { ...sessionEnvironment(this.#parts.folder), ...options.env },
      timeoutMs: options.timeoutMs ?? EXEC_TIMEOUT_MS,
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  async services(): Promise<ServiceStatus[]> {
    const services = await this.#parts.client.ask<SupervisedService[]>({ op: 'services' });
    // There is no memory limit here, so nothing is killed for going over it.
    return services.map((service) => ({ ...service, outOfMemory: false }));
  }

  async restart(service: string): Promise<void> {
    this.#known(service);
    await this.#parts.client.ask({ op: 'restart', service }, { timeoutMs: RESTART_TIMEOUT_MS });
  }

  #job(request: ObserverRequest): ObserverJob {
    const addresses = this.#addresses;
    switch (request.op) {
      case 'exec':
        return request;
      case 'http-load':
        return { ...request, addresses };
      case 'script':
        return { ...request, script: join(this.#parts.lab.folder, 'probes', request.script), addresses };
    }
  }

  async observe(request: ObserverRequest, signal: AbortSignal): Promise<Record<string, number>> {
    const { info, programs, folder } = this.#parts;
    const job = this.#job(request);
    await this.ready;
    const [file = '', ...args] = [...info.enterNetwork, programs.node, programs.observer];
    const child = spawn(file, args, { cwd: folder, env: observerEnvironment(folder, programs), stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      // Without a process there is no output either, which is what the caller is told.
      child.once('error', () => resolve());
    });
    try {
      const facts = {
        processes: (service: string) => this.processes(service, signal),
        sockets: (service: string) => this.sockets(service, signal),
        service: (service: string) => this.#service(service),
        restart: (service: string) => this.restart(service),
        containers: async () => [],
      };
      return (await runObserverJob({ input: child.stdin, output: child.stdout }, job, facts, signal)) as Record<string, number>;
    } finally {
      // What it runs would outlive it. A process that has ended has no tree: its pid may be another's.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        for (const pid of treeOf(child.pid)) kill(pid, 'SIGKILL');
      }
      await ended;
    }
  }

  processes(service: string, signal: AbortSignal): Promise<ProcessFacts[]> {
    this.#known(service);
    return this.#parts.client.ask<ProcessFacts[]>({ op: 'processes', service }, { signal });
  }

  sockets(service: string, signal: AbortSignal): Promise<SocketFacts[]> {
    this.#known(service);
    return this.#parts.client.ask<SocketFacts[]>({ op: 'sockets', service }, { signal });
  }

  async startLoad(): Promise<void> {
    const { load } = this.#parts.lab.manifest;
    if (load.length === 0) return;
    const loads = load.map(({ service, port, path, rate, 'timeout-ms': timeoutMs }) => ({ service, port, path, rate, timeoutMs }));
    const job: ObserverJob = { op: 'load-forever', loads, addresses: this.#addresses };
    await this.ready;
    await this.#parts.client.ask({ op: 'load', job });
  }

  listFiles(directory: string): Promise<WorkspaceEntry[]> {
    return listFiles(this.#workspace, directory);
  }

  readFile(path: string): Promise<Uint8Array> {
    return readFile(this.#workspace, path);
  }

  writeFile(path: string, content: Uint8Array): Promise<void> {
    return writeFile(this.#workspace, path, content);
  }

  onLost(listener: (reason: string) => void): void {
    this.#lost = listener;
    if (this.#isLost) listener(LOST);
  }

  async release(): Promise<void> {
    this.#over = true;
    this.#parts.client.close();
  }

  async stop(): Promise<string[]> {
    this.#over = true;
    const { client, folder, info } = this.#parts;
    // Where it cannot answer any more, its processes are ended one by one.
    await client.ask<number[]>({ op: 'stop' }, { timeoutMs: STOP_TIMEOUT_MS }).catch(() => []);
    client.close();
    const supervisor = () => (hasArgument(info.pid, folder) ? [info.pid] : []);
    const left = await killAll(() => [...membersOf(folder).map(({ pid }) => pid), ...supervisor()], 5000);
    return left.map((pid) => `process ${pid}`);
  }

  #enter(atDeath: 'HUP' | 'KILL', program: readonly string[]): string[] {
    const { enter } = this.#parts.info;
    // Behind nsenter the working directory must be found again: the one before it belongs to another mount namespace.
    const place = enter.length > 0 ? [...enter, 'env', '-C', this.#workspace] : [];
    const dying = process.platform === 'linux' ? ['setpriv', '--pdeathsig', atDeath] : [];
    return [...place, ...dying, ...this.#limited(program)];
  }

  /** The descriptor limits of the terminal's service, set by the shell that becomes the program. */
  #limited(program: readonly string[]): readonly string[] {
    const terminal = Object.values(this.#parts.lab.compose.services).find((service) => service['x-ops-lab'].role === 'terminal');
    if (terminal === undefined) return program;
    const { soft, hard } = terminal.ulimits.nofile;
    return ['bash', '--norc', '-c', `ulimit -Sn ${soft} && ulimit -Hn ${hard} && exec "$@"`, 'limits', ...program];
  }

  #known(service: string): void {
    const found = this.#parts.lab.compose.services[service];
    if (found === undefined || found['x-ops-lab'].role === 'terminal') {
      throw new OpsLabError('not-found', `There is no service ${service} in this lab.`);
    }
  }

  async #service(name: string): Promise<ServiceStatus> {
    const status = (await this.services()).find((service) => service.name === name);
    if (status === undefined) throw new OpsLabError('not-found', `There is no service ${name} in this lab.`);
    return status;
  }

  #onClose(): void {
    if (this.#over) return;
    this.#isLost = true;
    this.#lost?.(LOST);
  }
}

const LOST = "The session's processes have ended: something outside Ops Lab has killed them. Reset the lab to start them again.";

function noticesOf(info: SupervisorInfo): string[] {
  if (info.withoutNamespaces === '') return [];
  const moved = Object.entries(info.ports).flatMap(([name, ports]) =>
    Object.entries(ports).map(([port, used]) => `port ${port} of ${name} is ${used}`),
  );
  const ports = moved.length === 0 ? '' : ` Ports are moved to free ones: ${moved.join(', ')}.`;
  return [`This lab runs beside your own processes, without namespaces of its own (${info.withoutNamespaces}).${ports}`];
}
