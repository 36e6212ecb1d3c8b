/**
 * Makes and starts the containers of a session: the lab's services, the observer and the load. What is being made is waited for also
 * when the session ends meanwhile: the engine would finish it, after everything that it has of the session was removed.
 */
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { Addresses } from '../../../../sidecar/observer/protocol.ts';
import { callEngine } from '../../engine/api.ts';
import type { EngineDetails } from '../../engine/engine.ts';
import { engineError } from '../../engine/engine-error.ts';
import type { LabImages } from '../../engine/image-builder.ts';
import type { ComposeService } from '../../labs/compose.ts';
import type { Lab } from '../../labs/lab.ts';
import { withFreeSubnet } from './address-pool.ts';
import { bytesOf, type ContainerSpec, createBody, limitsOf } from './container-spec.ts';
import { deviceOf, noWriteLimit } from './device.ts';
import type { HostMount } from './gate-process.ts';
import { LOAD, labelsOf, nameOf, type OBSERVER, type SessionIdentity, volumesOf } from './names.ts';
import { aliasesOf, networksOf, ownerOf, planServices, referenced, serviceOf } from './plan.ts';

/** The learner's docker: behind the gate there is the classic builder only. */
const ENGINE_ENVIRONMENT = { DOCKER_BUILDKIT: '0', DOCKER_CLI_HINTS: 'false' };

/** Where the volume `data` is mounted. */
const DATA = '/data';

const OBSERVER_NOFILE = { soft: 16_384, hard: 16_384 };

export interface Surroundings {
  readonly docker: Docker;
  readonly details: EngineDetails;
  readonly identity: SessionIdentity;
  readonly lab: Lab;
  readonly images: LabImages;
  readonly signal: AbortSignal;
  /** What the gate wants in the terminal; empty without a gate. */
  readonly hostMounts?: readonly HostMount[];
}

/** Whether the engine can give a container a cgroup namespace of its own: from API 1.41 on. */
export function privateCgroups(details: EngineDetails): boolean {
  return details.apiVersion !== '1.40';
}

/** Processors that the engine can give to a container; null when it cannot limit them (no cgroup controller, such as rootless without delegation). */
export function limitedCpus({ cpus, limits }: EngineDetails): number | null {
  return limits.cpu ? cpus : null;
}

/** Networks of compose.yaml that a service really uses. */
function usedNetworks(lab: Lab): string[] {
  const names = Object.keys(lab.compose.services).filter((name) => ownerOf(lab.compose, name, 'network_mode') === name);
  return [...new Set(names.flatMap((name) => networksOf(lab.compose, name)))];
}

/**
 * Keeps the host itself off the network: by the engine's own isolated mode where it has one, else by leaving the bridge
 * without an address.
 */
function networkOptions({ flavour, version }: EngineDetails): Record<string, string> {
  if (flavour === 'podman' || flavour === 'unknown') return {};
  if (Number(version.split('.')[0]) >= 28) return { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' };
  return { 'com.docker.network.bridge.inhibit_ipv4': 'true' };
}

/** @returns ids of the session's networks by their names in compose.yaml */
export async function createNetworks({ docker, details, identity, lab, signal }: Surroundings): Promise<Map<string, string>> {
  signal.throwIfAborted();
  const made = await Promise.all(
    usedNetworks(lab).map(async (name) => {
      const { Id } = await withFreeSubnet((subnet) =>
        callEngine<{ Id: string }>(docker, {
          method: 'POST',
          path: '/networks/create',
          body: {
            Name: nameOf(identity, name),
            Driver: 'bridge',
            Internal: true,
            Attachable: false,
            EnableIPv6: false,
            Labels: labelsOf(identity),
            Options: networkOptions(details),
            ...(subnet === null ? {} : { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } }),
          },
        }),
      );
      return [name, Id] as const;
    }),
  );
  return new Map(made);
}

/** Makes the volumes of a session, empty. @throws OpsLabError of the engine, and the signal's reason when it is aborted */
export async function createVolumes({ docker, identity, lab, signal }: Surroundings): Promise<void> {
  signal.throwIfAborted();
  const { data, ...always } = volumesOf(identity);
  const names = [...Object.values(always), ...(lab.compose.volumes.data === undefined ? [] : [data])];
  await Promise.all(
    names.map((Name) =>
      callEngine(docker, { method: 'POST', path: '/volumes/create', body: { Name, Driver: 'local', Labels: labelsOf(identity) } }),
    ),
  );
}

async function create(around: Surroundings, name: string, spec: ContainerSpec, networks: readonly string[]): Promise<string> {
  const { docker, details, identity, signal } = around;
  signal.throwIfAborted();
  const { Id, Warnings } = await callEngine<{ Id: string; Warnings?: string[] | null }>(docker, {
    method: 'POST',
    path: '/containers/create',
    query: { name: nameOf(identity, name) },
    body: createBody(spec, limitedCpus(details), privateCgroups(details)),
  });
  const ignored = spec.writeLimits && (Warnings ?? []).find((warning) => /block i\/o|bps|blkio/i.test(warning));
  if (ignored) throw noWriteLimit(`the engine says: ${ignored}`);
  // Engines before API 1.44 take one network at creation.
  for (const network of networks.slice(1)) {
    await callEngine(docker, {
      method: 'POST',
      path: `/networks/${network}/connect`,
      body: { Container: Id, EndpointConfig: { Aliases: spec.aliases } },
      signal,
    });
  }
  return Id;
}

/** The limits of blkio_config, on the device that the volume turns out to lie on. */
async function writeLimits(
  { docker, lab, signal }: Surroundings,
  service: ComposeService,
  containers: ReadonlyMap<string, string>,
): Promise<Pick<ContainerSpec, 'writeLimits'>> {
  const limits = service.blkio_config?.device_write_bps ?? [];
  if (limits.length === 0) return {};
  const { terminal } = planServices(lab.compose);
  const device = await deviceOf(docker, idOf(containers, terminal), DATA, signal);
  return { writeLimits: limits.map(({ rate }) => ({ device, bytesPerSecond: bytesOf(rate) })) };
}

function idOf(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new OpsLabError('internal', `${name} has not been created yet.`);
  return id;
}

/** @param containers ids of the services made so far; `networks` ids by name */
export async function createService(
  around: Surroundings,
  name: string,
  containers: ReadonlyMap<string, string>,
  networks: ReadonlyMap<string, string>,
): Promise<string> {
  const { identity, lab, images } = around;
  const { compose } = lab;
  const service = serviceOf(compose, name);
  const isTerminal = service['x-ops-lab'].role === 'terminal';
  const sharedNetwork = referenced(service.network_mode);
  const sharedProcesses = referenced(service.pid);
  const joined = sharedNetwork === null ? networksOf(compose, name).map((network) => idOf(networks, network)) : [];
  const volumes = volumesOf(identity);
  const mounts = [
    ...(isTerminal || service.volumes.includes('workspace:/lab') ? [{ volume: volumes.workspace, target: '/lab', readOnly: false }] : []),
    ...(service.volumes.includes('services:/lab:ro') ? [{ volume: volumes.services, target: '/lab', readOnly: true }] : []),
    ...service.volumes
      .filter((volume) => volume.startsWith('data:'))
      .map((volume) => ({ volume: volumes.data, target: DATA, readOnly: volume.endsWith(':ro') })),
    ...(isTerminal ? [{ volume: volumes.tools, target: '/opt/ops-lab', readOnly: true }] : []),
  ];
  try {
    const spec: ContainerSpec = {
      image: await images.imageId(service.image),
      command: service.command,
      environment: isTerminal && around.hostMounts ? { ...ENGINE_ENVIRONMENT, ...service.environment } : service.environment,
      labels: labelsOf(identity, name),
      ...(sharedNetwork === null ? { hostname: name } : {}),
      mounts,
      ...(isTerminal && around.hostMounts ? { hostMounts: around.hostMounts } : {}),
      ...limitsOf(service),
      ...(await writeLimits(around, service, containers)),
      pidMode: sharedProcesses === null ? '' : `container:${idOf(containers, sharedProcesses)}`,
      networkMode: sharedNetwork === null ? (joined[0] ?? 'none') : `container:${idOf(containers, sharedNetwork)}`,
      aliases: sharedNetwork === null ? aliasesOf(compose, name) : [],
      ...(service.dns.length === 0 ? {} : { dns: service.dns }),
      init: true,
    };
    return await create(around, name, spec, joined);
  } catch (error) {
    throw engineError(error, `create the service ${name}`);
  }
}

/** How the observer reaches each service: by its name on the session's network. */
export function addressesOf(lab: Lab): Addresses {
  return Object.fromEntries(Object.keys(lab.compose.services).map((name) => [name, { host: name }]));
}

/** @param which the observer, which waits for jobs, or the background load of lab.yaml */
export async function createObserver(
  around: Surroundings,
  which: typeof OBSERVER | typeof LOAD,
  networks: ReadonlyMap<string, string>,
): Promise<string> {
  const { identity, lab, images } = around;
  const loads = lab.manifest.load.map(({ 'timeout-ms': timeoutMs, ...load }) => ({ ...load, timeoutMs }));
  const job = { op: 'load-forever', loads, addresses: addressesOf(lab) };
  const joined = [...networks.values()];
  const spec: ContainerSpec = {
    image: await images.imageId('ops-lab/base'),
    command: which === LOAD ? ['node', '/opt/observer/observer.mjs', '--job', JSON.stringify(job)] : ['sleep', 'infinity'],
    environment: {},
    labels: labelsOf(identity, which),
    hostname: which.replace('~', ''),
    mounts: [{ volume: volumesOf(identity).observer, target: '/opt/observer', readOnly: true }],
    memoryBytes: 256 * 1024 ** 2,
    cpus: 1,
    pids: 256,
    nofile: OBSERVER_NOFILE,
    capabilities: [],
    readOnly: true,
    restart: which === LOAD ? 'on-failure' : 'no',
    pidMode: '',
    networkMode: joined[0] ?? 'none',
    aliases: [],
    init: true,
  };
  return create(around, which, spec, joined);
}

/** @param what for the message, such as `the service api` */
export async function startContainer(docker: Docker, id: string, what: string, signal: AbortSignal): Promise<void> {
  try {
    await callEngine(docker, { method: 'POST', path: `/containers/${id}/start`, also: [304], signal, timeoutMs: 60_000 });
  } catch (error) {
    throw engineError(error, `start ${what}`);
  }
}
