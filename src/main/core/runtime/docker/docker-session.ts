/** One session in containers. */
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { ObserverJob, ProcfsSnapshot } from '../../../../sidecar/observer/protocol.ts';
import { callEngine } from '../../engine/api.ts';
import type { Engine } from '../../engine/engine.ts';
import { engineError, statusOf } from '../../engine/engine-error.ts';
import type { Lab } from '../../labs/lab.ts';
import { type ObserverFacts, runObserverJob } from '../observer-client.ts';
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
import { addressesOf, createObserver, limitedCpus, privateCgroups, type Surroundings, startContainer } from './containers.ts';
import { type ContainerEvent, type EventWatch, MemoryKillCounter, watchEvents } from './events.ts';
import { asText, runExec } from './exec.ts';
import { startExec } from './exec-stream.ts';
import { listFiles, readFile, writeFile } from './files.ts';
import type { GateProcess } from './gate-process.ts';
import { KernelView, processesOf, socketsOf } from './kernel-view.ts';
import { learnerContainers } from './learner-containers.ts';
import { limitNotices } from './limit-notices.ts';
import { LOAD, OBSERVER } from './names.ts';
import { ownerOf, serviceOf } from './plan.ts';
import { findResources, removeAll, sessionFilter } from './resources.ts';
import { readNotes, type ServiceNotes, writeNotes } from './session-notes.ts';
import { findCommandLine, terminalCommand } from './terminal-command.ts';

const EXEC_TIMEOUT = 60_000;
const STOP_SECONDS = 5;

/** What the engine says of a container, as far as it is used here. */
interface Inspection {
  readonly Id: string;
  readonly RestartCount?: number;
  readonly HostConfig?: { readonly Memory?: number };
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
  };
}

export interface SessionParts {
  readonly engine: Engine;
  readonly around: Surroundings;
  /** Ids by service; grows while the services come up. */
  readonly containers: Map<string, string>;
  readonly networks: ReadonlyMap<string, string>;
  readonly terminal: string;
  readonly image: string;
  readonly folder: string;
  readonly ready: Promise<void>;
  /** Ends what is still coming up. */
  readonly ending: AbortController;
  /** Null when the learner has no engine in this lab. */
  readonly gate: GateProcess | null;
}

/** @returns null when there is no such container. @throws OpsLabError when the engine does not answer */
export async function inspectContainer(docker: Docker, id: string, signal?: AbortSignal): Promise<Inspection | null> {
  const answer = await callEngine<Partial<Inspection>>(docker, { method: 'GET', path: `/containers/${id}/json`, also: [404], signal });
  return answer.State ? (answer as Inspection) : null;
}

export class DockerSession implements RuntimeSession {
  readonly kind = 'docker';
  readonly notices: readonly string[];
  readonly ready: Promise<void>;
  #parts: SessionParts;
  #lab: Lab;
  #notes: Map<string, ServiceNotes>;
  #kills = new MemoryKillCounter();
  #watch: EventWatch;
  #lost: ((reason: string) => void) | null = null;
  #lostReason: string | null = null;
  #over = false;
  /** By the container that owns the process namespace. */
  #views = new Map<string, KernelView>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#lab = parts.around.lab;
    this.notices = limitNotices(parts.around.details.limits);
    this.ready = parts.ready;
    this.#notes = readNotes(parts.folder);
    for (const [name, notes] of this.#notes) {
      const id = parts.containers.get(name);
      if (id) this.#kills.restore(id, notes);
    }
    this.#watch = watchEvents(parts.engine, {
      event: (event) => this.#onEvent(event),
      back: () => void this.#lookForTerminal(),
      gone: () => this.#lose('The Docker engine has not answered for a minute.'),
    });
    // Nobody may be waiting for it; who needs it awaits `ready` and gets the same failure.
    this.ready.catch(() => {});
  }

  async terminal(request: TerminalRequest): Promise<PtyCommand> {
    const commandLine = findCommandLine(await this.#parts.engine.details());
    if (!commandLine) throw new OpsLabError('runtime-unavailable', NO_COMMAND_LINE);
    return terminalCommand(commandLine, await this.#docker(), this.#id(this.#parts.terminal), request);
  }

  async exec(
    argv: readonly string[],
    options: { input?: Uint8Array; timeoutMs?: number; signal?: AbortSignal; env?: Readonly<Record<string, string>> } = {},
  ): Promise<ExecResult> {
    const { input, timeoutMs = EXEC_TIMEOUT, signal, env } = options;
    const container = this.#id(this.#parts.terminal);
    return this.#call(`run ${argv[0]}`, async (docker) =>
      asText(await runExec(docker, { container, argv, env }, { input, timeoutMs, signal })),
    );
  }

  async services(): Promise<ServiceStatus[]> {
    const names = Object.keys(this.#lab.compose.services).filter((name) => name !== this.#parts.terminal);
    return this.#call('look at the services', (docker) => Promise.all(names.map((name) => this.#service(docker, name))));
  }

  async restart(service: string): Promise<void> {
    const id = this.#id(this.#known(service));
    await this.#call(`restart ${service}`, async (docker) => {
      const before = await inspectContainer(docker, id);
      await callEngine(docker, { method: 'POST', path: `/containers/${id}/restart`, query: { t: STOP_SECONDS }, timeoutMs: 60_000 });
      const after = await inspectContainer(docker, id);
      this.#kills.forgetLatestEnd(id);
      // Some engines begin to count anew at a restart, some go on.
      const lost = Math.max(0, (before?.RestartCount ?? 0) - (after?.RestartCount ?? 0));
      this.#note(service, lost);
    });
  }

  async observe(request: ObserverRequest, signal: AbortSignal): Promise<Record<string, number>> {
    const job = this.#job(request);
    await this.ready;
    const running = await this.#call('start the observer', async (docker) => {
      const container = this.#id(OBSERVER);
      return startExec(docker, { container, argv: ['node', '/opt/observer/observer.mjs'], workingDirectory: '/' }, signal);
    });
    running.stderr.resume();
    try {
      const result = await runObserverJob({ input: running.stdin, output: running.stdout }, job, this.#facts(signal), signal);
      return result as Record<string, number>;
    } finally {
      running.close();
    }
  }

  async processes(service: string, signal: AbortSignal): Promise<ProcessFacts[]> {
    const id = this.#id(this.#known(service));
    const snapshot = await this.#view(service, signal);
    return snapshot ? processesOf(snapshot, id) : [];
  }

  async sockets(service: string, signal: AbortSignal): Promise<SocketFacts[]> {
    const owner = this.#id(ownerOf(this.#lab.compose, this.#known(service), 'network_mode'));
    const snapshot = await this.#view(service, signal);
    return snapshot ? socketsOf(snapshot, [this.#id(service), owner]) : [];
  }

  async startLoad(): Promise<void> {
    if (this.#lab.manifest.load.length === 0) return;
    await this.ready;
    const { around, containers, networks } = this.#parts;
    await this.#call('start the load', async (docker) => {
      const id = containers.get(LOAD) ?? (await createObserver(around, LOAD, networks));
      containers.set(LOAD, id);
      await startContainer(docker, id, 'the load', around.signal);
    });
  }

  listFiles(directory: string): Promise<WorkspaceEntry[]> {
    return this.#call('list the files', (docker) => listFiles(docker, this.#id(this.#parts.terminal), directory));
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#call(`read ${path}`, (docker) => readFile(docker, this.#id(this.#parts.terminal), path));
  }

  writeFile(path: string, content: Uint8Array): Promise<void> {
    return this.#call(`write ${path}`, (docker) => writeFile(docker, this.#id(this.#parts.terminal), path, content));
  }

  onLost(listener: (reason: string) => void): void {
    this.#lost = listener;
    if (this.#lostReason !== null) listener(this.#lostReason);
  }

  async release(): Promise<void> {
    this.#over = true;
    // What is coming up goes on coming up: the session is to be whole when it is adopted.
    await this.ready.catch(() => {});
    this.#watch.close();
    await this.#closeViews();
    this.#saveNotes();
  }

  async stop(): Promise<string[]> {
    this.#over = true;
    this.#watch.close();
    this.#parts.ending.abort();
    await this.ready.catch(() => {});
    await this.#closeViews();
    const { sessionId } = this.#parts.around.identity;
    const gate = this.#parts.gate;
    return this.#call('remove the session', async (docker) => {
      // What it could not remove is ours to remove too.
      const failed: string[] = [];
      await gate?.end().catch((error: Error) => failed.push(error.message));
      const { left } = await removeAll(docker, () => findResources(docker, sessionFilter(sessionId)));
      return [...failed, ...left];
    });
  }

  #job(request: ObserverRequest): ObserverJob {
    const addresses = addressesOf(this.#lab);
    switch (request.op) {
      case 'exec':
        return request;
      case 'http-load':
        return { ...request, addresses };
      case 'script':
        return { ...request, script: `/opt/observer/probes/${request.script}`, addresses };
    }
  }

  #docker(): Promise<Docker> {
    return this.#parts.engine.docker();
  }

  async #call<T>(doing: string, work: (docker: Docker) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#docker());
    } catch (error) {
      throw engineError(error, doing);
    }
  }

  #known(service: string): string {
    serviceOf(this.#lab.compose, service);
    return service;
  }

  /** @throws OpsLabError `session-not-running` for a service that has not come up yet */
  #id(name: string): string {
    const id = this.#parts.containers.get(name);
    if (id === undefined) {
      throw new OpsLabError(
        'session-not-running',
        `${name.replace('~', 'the ')} has not come up yet. Wait a moment, then try again.`,
        {},
        true,
      );
    }
    return id;
  }

  async #service(docker: Docker, name: string): Promise<ServiceStatus> {
    const nothing = { name, restarts: 0, exitCode: null, outOfMemory: false, outOfMemoryKills: 0, startedAt: null };
    const id = this.#parts.containers.get(name);
    const inspection = id === undefined ? null : await inspectContainer(docker, id);
    if (id === undefined || !inspection) return { ...nothing, state: 'waiting' };
    const { State, RestartCount, HostConfig } = inspection;
    const { kills, latestEnd, known } = this.#kills.of(id);
    const startedAt = Date.parse(State.StartedAt);
    return {
      name,
      state: stateOf(State.Status),
      restarts: (RestartCount ?? 0) + (this.#notes.get(name)?.earlierRestarts ?? 0),
      exitCode: State.Running && State.Status !== 'restarting' ? null : State.Status === 'created' ? null : State.ExitCode,
      // Some engines forget it at the restart, some never do: what was seen to happen comes first.
      outOfMemory: known ? latestEnd : State.OOMKilled,
      outOfMemoryKills: Math.max(kills, State.OOMKilled ? 1 : 0),
      // As it is now: the learner may have changed it.
      ...(HostConfig?.Memory ? { memoryLimitBytes: HostConfig.Memory } : {}),
      startedAt: startedAt > 0 ? startedAt : null,
    };
  }

  #facts(signal: AbortSignal): ObserverFacts {
    return {
      processes: (service) => this.processes(service, signal),
      sockets: (service) => this.sockets(service, signal),
      restart: (service) => this.restart(service),
      containers: () => this.#call('look at the containers', (docker) => learnerContainers(docker, this.#parts.around.identity)),
      service: (service) => this.#call(`look at ${service}`, (docker) => this.#service(docker, this.#known(service))),
    };
  }

  /** A look at the process namespace of a service; null while the service does not run. */
  async #view(service: string, signal: AbortSignal): Promise<ProcfsSnapshot | null> {
    const id = this.#id(service);
    const owner = this.#id(ownerOf(this.#lab.compose, service, 'pid'));
    return this.#call(`look at the processes of ${service}`, async (docker) => {
      const running = async (): Promise<boolean> => (await inspectContainer(docker, id, signal))?.State.Status === 'running';
      if (!(await running())) return null;
      try {
        return await this.#viewOf(owner).look(docker, AbortSignal.any([signal, this.#parts.ending.signal]));
      } catch (error) {
        // It may have ended between the two questions.
        if (!(await running())) return null;
        throw error;
      }
    });
  }

  #viewOf(owner: string): KernelView {
    const { around, image } = this.#parts;
    const { identity, details } = around;
    const options = { identity, image, privateCgroups: privateCgroups(details), cpus: limitedCpus(details) };
    const view = this.#views.get(owner) ?? new KernelView(owner, options);
    this.#views.set(owner, view);
    return view;
  }

  async #closeViews(): Promise<void> {
    await Promise.all([...this.#views.values()].map((view) => view.close()));
  }

  #onEvent(event: ContainerEvent): void {
    const name = [...this.#parts.containers].find(([, id]) => id === event.id)?.[0];
    if (name === undefined) return;
    if (name === this.#parts.terminal && event.action === 'die') void this.#lookForTerminal();
    this.#kills.take(event);
    if (event.action !== 'start') this.#note(name, 0);
  }

  #note(name: string, restarts: number): void {
    const id = this.#parts.containers.get(name);
    if (id === undefined) return;
    const earlierRestarts = (this.#notes.get(name)?.earlierRestarts ?? 0) + restarts;
    const { kills, latestEnd } = this.#kills.of(id);
    this.#notes.set(name, { kills, latestEnd, earlierRestarts });
    this.#saveNotes();
  }

  #saveNotes(): void {
    writeNotes(this.#parts.folder, this.#notes);
  }

  async #lookForTerminal(): Promise<void> {
    if (this.#over) return;
    try {
      const inspection = await inspectContainer(await this.#docker(), this.#id(this.#parts.terminal));
      if (inspection?.State.Running) return;
      this.#lose(inspection ? 'The container of the terminal has ended.' : 'The containers of this session were removed.');
    } catch (error) {
      // Without an engine there is no answer; the event stream reports when it is gone for good.
      if (statusOf(error) !== null) this.#lose('The engine knows nothing of this session any more.');
    }
  }

  #lose(reason: string): void {
    if (this.#over || this.#lostReason !== null) return;
    this.#lostReason = reason;
    this.#watch.close();
    this.#lost?.(reason);
  }
}

export const NO_COMMAND_LINE =
  'Terminals into containers need the docker command line, and none is on the PATH. Install it (Debian: apt-get install docker.io), then start the lab again.';

function stateOf(status: string): ServiceStatus['state'] {
  switch (status) {
    case 'created':
      return 'starting';
    case 'running':
    case 'paused':
      return 'running';
    case 'restarting':
      return 'restarting';
    default:
      return 'exited';
  }
}
