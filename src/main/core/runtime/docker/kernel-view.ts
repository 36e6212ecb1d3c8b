/**
 * Processes and sockets as the kernel shows them: read by a container of ours that joins the process namespace for the looks
 * of a moment and is gone. Its programs come from the image and from a volume that the learner cannot write.
 */
import type { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { ProcessRecord, ProcfsSnapshot } from '../../../../sidecar/observer/protocol.ts';
import { callEngine, hijackEngine } from '../../engine/api.ts';
import { runObserverJob } from '../observer-client.ts';
import type { ProcessFacts, SocketFacts } from '../runtime.ts';
import { createBody } from './container-spec.ts';
import { demultiplex } from './exec-stream.ts';
import { KERNEL_VIEW, labelsOf, oneShotName, type SessionIdentity, volumesOf } from './names.ts';

export interface ViewOptions {
  readonly identity: SessionIdentity;
  readonly image: string;
  readonly privateCgroups: boolean;
  /** Of the engine; null when it cannot limit them. */
  readonly cpus: number | null;
}

/** What the engine runs as process 1 of a container; the lab knows nothing of it. */
const INITS = ['docker-init', 'podman-init', 'catatonit', 'tini', 'dev-init'];
/** A probe that looks again and again shares one container: it ends so long after the latest look, in milliseconds ... */
const IDLE = 1_500;
/** ... and in any case after this, since it stands in the learner's own list of processes. */
const OLDEST = 30_000;
const LOOK_TIMEOUT = 15_000;

interface Viewer {
  readonly id: string;
  readonly stream: Duplex;
  readonly stdout: Readable;
  readonly startedAt: number;
}

/** Looks into one process namespace. Looks follow each other; none begins before it was asked for. */
export class KernelView {
  #options: ViewOptions;
  #owner: string;
  #viewer: Viewer | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | null = null;
  #docker: Docker | null = null;

  /** @param owner full id of the container whose process namespace is looked into */
  constructor(owner: string, options: ViewOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  /** @throws OpsLabError, or what dockerode throws */
  look(docker: Docker, signal: AbortSignal): Promise<ProcfsSnapshot> {
    const look = this.#queue.then(() => this.#look(docker, signal));
    this.#queue = look.catch(() => {});
    return look;
  }

  /** Ends the container, if one is there. Never rejects. */
  async close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    const viewer = this.#viewer;
    this.#viewer = null;
    viewer?.stream.destroy();
    if (!viewer || !this.#docker) return;
    // Without a stdin it ends and removes itself; this is for one that does not.
    const remove = { method: 'DELETE', path: `/containers/${viewer.id}`, query: { force: true, v: true }, also: [404, 409] } as const;
    await callEngine(this.#docker, remove).catch(() => {});
  }

  async #look(docker: Docker, signal: AbortSignal): Promise<ProcfsSnapshot> {
    signal.throwIfAborted();
    if (this.#idle) clearTimeout(this.#idle);
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT)]);
    if (this.#viewer && performance.now() - this.#viewer.startedAt > OLDEST) await this.close();
    try {
      if (this.#viewer) {
        try {
          return await this.#ask(this.#viewer, bounded);
        } catch {
          bounded.throwIfAborted();
          // It was ended from outside, perhaps by the learner: a new one is asked.
          await this.close();
        }
      }
      this.#docker = docker;
      this.#viewer = await this.#start(docker, bounded);
      return await this.#ask(this.#viewer, bounded);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#idle = setTimeout(() => {
        this.#queue = this.#queue.then(() => this.close());
      }, IDLE);
      this.#idle.unref();
    }
  }

  async #ask({ stream, stdout }: Viewer, signal: AbortSignal): Promise<ProcfsSnapshot> {
    const result = (await runObserverJob({ input: stream, output: stdout }, { op: 'procfs' }, null, signal)) as ProcfsSnapshot;
    if (!Array.isArray(result.processes))
      throw new OpsLabError('engine-failed', 'The kernel could not be asked about the session.', {}, true);
    return result;
  }

  async #start(docker: Docker, signal: AbortSignal): Promise<Viewer> {
    const { identity, image, cpus, privateCgroups } = this.#options;
    const body = createBody(
      {
        image,
        command: ['node', '/opt/observer/observer.mjs'],
        environment: {},
        labels: labelsOf(identity, KERNEL_VIEW),
        mounts: [{ volume: volumesOf(identity).observer, target: '/opt/observer', readOnly: true }],
        memoryBytes: 256 * 1024 ** 2,
        cpus: 1,
        pids: 64,
        nofile: { soft: 1024, hard: 1024 },
        // To see the descriptors of processes that are not its own, and of those of another user.
        capabilities: ['SYS_PTRACE', 'DAC_READ_SEARCH'],
        readOnly: true,
        restart: 'no',
        pidMode: `container:${this.#owner}`,
        networkMode: 'none',
        aliases: [],
        init: false,
        autoRemove: true,
        attach: true,
      },
      cpus,
      privateCgroups,
    );
    const query = { name: oneShotName(identity, KERNEL_VIEW) };
    const { Id } = await callEngine<{ Id: string }>(docker, { method: 'POST', path: '/containers/create', query, body, signal });
    try {
      const attach = { stream: 1, stdin: 1, stdout: 1, stderr: 1 };
      const stream = await hijackEngine(docker, { method: 'POST', path: `/containers/${Id}/attach`, query: attach, signal });
      stream.on('error', () => {});
      const { stdout, stderr } = demultiplex(stream);
      stderr.resume();
      await callEngine(docker, { method: 'POST', path: `/containers/${Id}/start`, signal });
      return { id: Id, stream, stdout, startedAt: performance.now() };
    } catch (error) {
      await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true }, also: [404, 409] }).catch(() => {});
      throw error;
    }
  }
}

/** The processes of one container, without the engine's own init. @throws OpsLabError when their descriptors are hidden */
export function processesOf(snapshot: ProcfsSnapshot, container: string): ProcessFacts[] {
  return snapshot.processes
    .filter((record) => record.cgroup.includes(container) && !isInit(record))
    .map(({ cgroup: _cgroup, network: _network, descriptors, ...facts }) => {
      if (descriptors === null) {
        throw new OpsLabError('engine-failed', `This engine hides the descriptors of process ${facts.pid}, so they cannot be counted.`);
      }
      return { ...facts, descriptors };
    });
}

function isInit({ command, parentPid }: ProcessRecord): boolean {
  return parentPid === 0 && INITS.includes(command[0]?.split('/').at(-1) ?? '');
}

/** All TCP sockets of the network namespace that one of `containers` is in, whoever holds them. */
export function socketsOf(snapshot: ProcfsSnapshot, containers: readonly string[]): SocketFacts[] {
  const member = snapshot.processes.find(({ cgroup, network }) => network !== '' && containers.some((id) => cgroup.includes(id)));
  if (!member) return [];
  return snapshot.sockets.filter(({ network }) => network === member.network).map(({ network: _network, ...facts }) => facts);
}
