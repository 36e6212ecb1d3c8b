/** Containers as the learner sees them: their names, their networks, their ports; no folder and no limit group of the engine. */
import type { OwnRow } from '../ledger.ts';
import type { GateSession } from '../session.ts';
import { type Body, bodyOf, listOf, pick, plainLabels } from './scrub.ts';

const STATE = ['Status', 'Running', 'Paused', 'Restarting', 'OOMKilled', 'Dead', 'Pid', 'ExitCode', 'StartedAt', 'FinishedAt', 'Health'];
const CONFIG = [
  'Hostname',
  'Domainname',
  'User',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'ExposedPorts',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'Env',
  'Cmd',
  'Healthcheck',
  'ArgsEscaped',
  'Volumes',
  'WorkingDir',
  'Entrypoint',
  'StopSignal',
  'StopTimeout',
];
const HOST_CONFIG = [
  'RestartPolicy',
  'AutoRemove',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'MemorySwappiness',
  'NanoCpus',
  'CpuShares',
  'CpuPeriod',
  'CpuQuota',
  'PidsLimit',
  'ShmSize',
  'Ulimits',
  'CapAdd',
  'CapDrop',
  'ReadonlyRootfs',
  'Init',
  'Dns',
  'DnsOptions',
  'DnsSearch',
  'ExtraHosts',
  'Tmpfs',
  'Privileged',
  'OomKillDisable',
  'OomScoreAdj',
  'Sysctls',
  'ConsoleSize',
  'CgroupnsMode',
];

function networkName(session: GateSession, id: unknown): string | null {
  if (id === session.config.sessionNetworkId) return 'bridge';
  return typeof id === 'string' ? (session.ledger.byId('network', id)?.name ?? null) : null;
}

function networksOf(session: GateSession, settings: unknown): Record<string, object> {
  const networks: Record<string, object> = {};
  for (const [key, value] of Object.entries(bodyOf(bodyOf(settings).Networks))) {
    const endpoint = bodyOf(value);
    // A container that has not run yet has no ids of its networks: then the key is what it was created with.
    const name =
      networkName(session, endpoint.NetworkID || key) ??
      session.ledger.own('network').find((row) => session.names.mangle(row.name) === key)?.name;
    if (key === 'none') networks.none = pick(endpoint, ['NetworkID', 'EndpointID', 'Gateway', 'IPAddress', 'IPPrefixLen', 'MacAddress']);
    if (!name) continue;
    const aliases = Array.isArray(endpoint.Aliases) ? endpoint.Aliases.map((alias) => session.names.plain(String(alias))) : null;
    networks[name] = {
      ...pick(endpoint, ['IPAMConfig', 'NetworkID', 'EndpointID', 'Gateway', 'IPAddress', 'IPPrefixLen', 'MacAddress']),
      Links: null,
      Aliases: aliases && [...new Set(aliases)],
    };
  }
  return networks;
}

function networkMode(session: GateSession, mode: unknown): string {
  const text = String(mode ?? '');
  if (text === 'none') return 'none';
  return networkName(session, text) ?? 'bridge';
}

function mountsOf(session: GateSession, mounts: unknown): object[] {
  // The platform's own files are not the learner's mounts.
  return listOf(mounts)
    .filter(({ Type }) => Type !== 'bind')
    .map((mount) => {
      const name = volumeName(session, mount.Name);
      return {
        ...pick(mount, ['Type', 'Destination', 'Mode', 'RW', 'Propagation']),
        ...(mount.Type === 'volume' ? { Name: name, Driver: 'local' } : {}),
        Source: '',
      };
    });
}

/** The learner's name of a volume; their own folder by its path. */
function volumeName(session: GateSession, id: unknown): string {
  if (id === session.config.workspaceVolume) return session.config.workspacePath;
  return session.scrub(String(id ?? ''));
}

const OPEN = '0.0.0.0';

/** `docker port` and `docker ps`: what the learner asked for, while the container runs. */
function portsOf(row: OwnRow, running: boolean, exposed: unknown): Record<string, { HostIp: string; HostPort: string }[] | null> {
  if (!running) return {};
  const ports: Record<string, { HostIp: string; HostPort: string }[] | null> = Object.fromEntries(
    Object.keys(bodyOf(exposed)).map((name) => [name, null]),
  );
  for (const { container, host } of row.notes.ports ?? []) {
    ports[container] = [...(ports[container] ?? []), { HostIp: OPEN, HostPort: String(host) }];
  }
  return ports;
}

/** @param body the engine's answer to GET /containers/{id}/json */
export function containerAnswer(session: GateSession, row: OwnRow, body: Body): object {
  const state = bodyOf(body.State);
  const config = bodyOf(body.Config);
  const host = bodyOf(body.HostConfig);
  const networks = networksOf(session, body.NetworkSettings) as Record<string, Record<string, unknown>>;
  const bindings: Record<string, object[]> = {};
  for (const { container, host: port } of row.notes.ports ?? [])
    bindings[container] = [...(bindings[container] ?? []), { HostIp: '', HostPort: String(port) }];
  return {
    ...pick(body, ['Id', 'Created', 'Path', 'Args', 'Image', 'RestartCount', 'Driver', 'Platform', 'SizeRw', 'SizeRootFs']),
    Name: `/${row.name}`,
    State: { ...pick(state, STATE), Error: session.scrub(String(state.Error ?? '')) },
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    LogPath: '',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: (Array.isArray(body.ExecIDs) ? body.ExecIDs : []).filter((id) => session.ledger.byId('exec', String(id))),
    HostConfig: {
      ...pick(host, HOST_CONFIG),
      ...(row.notes.dns === undefined ? {} : { Dns: row.notes.dns }),
      Binds: null,
      NetworkMode: networkMode(session, host.NetworkMode),
      PortBindings: bindings,
      IpcMode: 'private',
      PidMode: '',
      LogConfig: { Type: 'json-file', Config: {} },
      VolumesFrom: null,
    },
    GraphDriver: { Name: '', Data: null },
    Mounts: mountsOf(session, body.Mounts),
    Config: {
      ...pick(config, CONFIG),
      Image: row.notes.image ?? session.context.imageName(String(body.Image)),
      Labels: plainLabels(config.Labels),
    },
    NetworkSettings: {
      Bridge: '',
      SandboxID: '',
      Ports: portsOf(row, state.Running === true, config.ExposedPorts),
      IPAddress: networks.bridge?.IPAddress ?? '',
      Gateway: networks.bridge?.Gateway ?? '',
      Networks: networks,
    },
  };
}

/** @param item of the engine's answer to GET /containers/json */
export function containerItem(session: GateSession, row: OwnRow, item: Body): Record<string, unknown> {
  const running = item.State === 'running' || item.State === 'paused';
  const exposed = Object.fromEntries(listOf(item.Ports).map((port) => [`${port.PrivatePort}/${port.Type}`, {}]));
  const ports = Object.entries(portsOf(row, running, exposed)).flatMap(([name, bindings]) => {
    const [number, Type] = name.split('/');
    const PrivatePort = Number(number);
    return bindings === null
      ? [{ PrivatePort, Type }]
      : bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }));
  });
  return {
    ...pick(item, ['Id', 'ImageID', 'Command', 'Created', 'State', 'Status', 'SizeRw', 'SizeRootFs']),
    Names: [`/${row.name}`],
    Image: row.notes.image ?? session.context.imageName(String(item.ImageID)),
    Ports: ports,
    Labels: plainLabels(item.Labels),
    HostConfig: { NetworkMode: networkMode(session, bodyOf(item.HostConfig).NetworkMode) },
    NetworkSettings: { Networks: networksOf(session, item.NetworkSettings) },
    Mounts: mountsOf(session, item.Mounts),
  };
}
