/**
 * Processes and sockets as the kernel shows them: read by a fresh container that joins the process namespace, looks once and
 * is gone. Its programs come from the image and from a volume that the learner cannot write.
 */
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { ProcessRecord, ProcfsSnapshot } from '../../../../sidecar/observer/protocol.ts';
import { callEngine, hijackEngine } from '../../engine/api.ts';
import type { ProcessFacts, SocketFacts } from '../runtime.ts';
import { createBody } from './container-spec.ts';
import { demultiplex } from './exec-stream.ts';
import { KERNEL_VIEW, labelsOf, oneShotName, type SessionIdentity, volumesOf } from './names.ts';

export interface ViewRequest {
  readonly docker: Docker;
  readonly identity: SessionIdentity;
  readonly image: string;
  /** Full id of the container whose process namespace is looked into. */
  readonly owner: string;
  readonly privateCgroups: boolean;
  readonly signal: AbortSignal;
}

const OUTPUT_LIMIT = 16_000_000;
const TIMEOUT = 20_000;
/** What the engine runs as process 1 of a container; the lab knows nothing of it. */
const INITS = ['docker-init', 'podman-init', 'catatonit', 'tini', 'dev-init'];

/** @throws OpsLabError or what dockerode throws */
export async function viewKernel({ docker, identity, image, owner, privateCgroups, signal }: ViewRequest): Promise<ProcfsSnapshot> {
  const body = createBody(
    {
      image,
      command: ['node', '/opt/observer/observer.mjs', '--job', JSON.stringify({ op: 'procfs' })],
      environment: {},
      labels: labelsOf(identity, KERNEL_VIEW),
      mounts: [{ volume: volumesOf(identity).observer, target: '/opt/observer', readOnly: true }],
      memoryBytes: 256 * 1024 ** 2,
      cpus: 1,
      pids: 64,
      nofile: { soft: 1024, hard: 1024 },
      // To see the descriptors of processes that are not its own.
      capabilities: ['SYS_PTRACE'],
      readOnly: true,
      restart: 'no',
      pidMode: `container:${owner}`,
      networkMode: 'none',
      aliases: [],
      init: false,
      autoRemove: true,
      attach: true,
    },
    1,
    privateCgroups,
  );
  const query = { name: oneShotName(identity, KERNEL_VIEW) };
  const { Id } = await callEngine<{ Id: string }>(docker, { method: 'POST', path: '/containers/create', query, body, signal });
  try {
    const stream = await hijackEngine(docker, {
      method: 'POST',
      path: `/containers/${Id}/attach`,
      query: { stream: 1, stdout: 1, stderr: 1 },
      signal,
    });
    stream.on('error', () => {});
    const late = setTimeout(() => stream.destroy(), TIMEOUT);
    const abort = (): void => {
      stream.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      const { stdout, stderr } = demultiplex(stream);
      stderr.resume();
      await callEngine(docker, { method: 'POST', path: `/containers/${Id}/start`, signal });
      let text = '';
      for await (const chunk of stdout) {
        text += (chunk as Buffer).toString('utf8');
        if (text.length > OUTPUT_LIMIT || text.endsWith('\n')) break;
      }
      signal.throwIfAborted();
      return readSnapshot(text);
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
      stream.destroy();
    }
  } finally {
    // It removes itself; this is for one that never started or does not end.
    await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true, v: true }, also: [404, 409] });
  }
}

function readSnapshot(text: string): ProcfsSnapshot {
  try {
    const { result } = JSON.parse(text) as { result?: ProcfsSnapshot };
    if (result && Array.isArray(result.processes)) return result;
  } catch {
    // Cut off or empty: said below.
  }
  throw new OpsLabError('engine-failed', 'The kernel could not be asked about the session: its view came back empty.', {}, true);
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
