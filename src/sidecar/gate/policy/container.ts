/** POST /containers/create: what of a learner's wish reaches the engine, and what is put in by force. */
import { isIPv4 } from 'node:net';
import { type Fields, flag, ignore, isEmpty, list, object, rebuild, record, refuse, text, whole, words } from '../json/rebuild.ts';
import { isObject, type Json, type JsonObject } from '../json/strict-json.ts';
import type { PortMapping } from '../ledger.ts';
import { BOUNDS } from '../limits.ts';
import { bad, denied } from '../refusal.ts';
import { isSurroundings } from './addresses.ts';
import type { FoundImage, PolicyContext } from './context.ts';
import { type EndpointSettings, endpointSettings } from './endpoint-settings.ts';
import { capabilities, limitsOf, logConfig, restartPolicy, securityOptions, ulimits } from './forced.ts';
import { labelRule, STOP_SIGNAL } from './labels.ts';
import { type WantedMount, wantedMounts, workingFolder } from './mounts.ts';

export interface WantedPort {
  readonly container: string;
  /** 0: any. */
  readonly host: number;
}

export interface WantedNetwork extends EndpointSettings {
  readonly id: string;
}

export interface WantedContainer {
  readonly image: FoundImage;
  /** Config and HostConfig, without image, mounts, networks and labels of the platform. */
  readonly config: Record<string, unknown>;
  readonly hostConfig: Record<string, unknown>;
  readonly labels: Record<string, string>;
  readonly mounts: readonly WantedMount[];
  readonly ports: readonly WantedPort[];
  readonly publishAll: boolean;
  /** `none`, or the network of the container's start. */
  readonly networkMode: string;
  readonly networks: readonly WantedNetwork[];
  /** Addresses of --dns. */
  readonly dns: readonly string[];
  readonly memory: number;
  readonly pids: number;
}

const PORT = /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])\/(?:tcp|udp)$/;
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const DOMAIN = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const SECOND = 1_000_000_000;

const interval = (value: Json, path: string): Json => Math.max(SECOND, Number(whole(0, 3_600 * SECOND)(value, path)));

const CONFIG: Fields = {
  Image: { rule: text(300) },
  Cmd: { rule: words(4096, 128 * 1024) },
  Entrypoint: { rule: words(4096, 128 * 1024) },
  Env: { rule: list(text(32 * 1024, /^[^=]/), 200, 32 * 1024) },
  WorkingDir: {
    rule: (value, path) => workingFolder(String(text(1024)(value, path)), path),
  },
  User: { rule: text(64, /^[A-Za-z0-9_.:-]+$/) },
  Tty: { rule: flag },
  OpenStdin: { rule: flag },
  StdinOnce: { rule: flag },
  AttachStdin: { rule: flag },
  AttachStdout: { rule: flag },
  AttachStderr: { rule: flag },
  NetworkDisabled: { rule: flag },
  ArgsEscaped: { rule: flag },
  Labels: { rule: labelRule },
  Hostname: { rule: text(63, HOST_NAME) },
  Domainname: { rule: text(253, DOMAIN) },
  ExposedPorts: { rule: record(PORT, () => ({}), BOUNDS.publishedPorts) },
  Volumes: { rule: (value) => value },
  Healthcheck: {
    rule: object({
      Test: { rule: words(256, 16 * 1024) },
      Interval: { rule: interval },
      Timeout: { rule: interval },
      StartPeriod: { rule: interval },
      StartInterval: { rule: interval },
      Retries: { rule: whole(0, 100) },
    }),
  },
  StopSignal: { rule: text(20, STOP_SIGNAL) },
  // Any number is understood; more than a minute is a minute.
  StopTimeout: { rule: (value, path) => Math.min(60, Number(whole(0, 2 ** 31)(value, path))) },
  OnBuild: { rule: refuse('it belongs into a Dockerfile', 'array') },
  Shell: { rule: refuse('it belongs into a Dockerfile', 'array') },
  MacAddress: { rule: refuse('the engine chooses it', 'string') },
  HostConfig: { rule: (value) => value },
  NetworkingConfig: { rule: (value) => value },
};

const OWN_NAMESPACE = 'each container has namespaces of its own here.';
const DEVICES = 'devices of this computer are not given to containers.';
const WINDOWS = 'it is for Windows.';
const KERNEL = 'it reaches beyond the container.';

/** Refuses, but first says "no such container" for `container:` of another. */
function namespaceRule(context: PolicyContext, allowed: readonly string[]): (value: Json, path: string) => Json | undefined {
  return (value, path) => {
    const mode = String(text(100)(value, path));
    if (allowed.includes(mode)) return undefined;
    if (mode.startsWith('container:')) context.container(mode.slice('container:'.length));
    return refuse(OWN_NAMESPACE)(value, path);
  };
}

/** An empty list here switches the engine's masking off. */
const masking = {
  rule: refuse('hidden files of /proc stay hidden.'),
  empty: (value: Json, path: string): undefined => {
    if (value !== null) throw denied(`${path} is not allowed in this lab: hidden files of /proc stay hidden.`);
  },
};

function hostFields(context: PolicyContext): Fields {
  const { dns, resolver, sysctls } = context.config;
  const mayAsk = (address: string): boolean => dns.includes(address) || (resolver !== null && isIPv4(address) && !isSurroundings(address));
  const raw = { rule: (value: Json) => value };
  const number = { rule: (value: Json, path: string) => (typeof value === 'number' ? value : bad_(`${path}: not a number`)) };
  const no = (why: string, type?: 'boolean' | 'number' | 'string' | 'array' | 'object') => ({ rule: refuse(why, type) });
  return {
    NetworkMode: { rule: text(100) },
    PortBindings: raw,
    PublishAllPorts: { rule: flag },
    RestartPolicy: { rule: restartPolicy },
    AutoRemove: { rule: flag },
    Binds: raw,
    Mounts: raw,
    VolumesFrom: raw,
    Tmpfs: raw,
    Memory: number,
    MemorySwap: number,
    MemoryReservation: number,
    MemorySwappiness: { rule: ignore },
    NanoCpus: number,
    CpuQuota: number,
    CpuPeriod: number,
    CpuShares: { rule: ignore },
    PidsLimit: number,
    ShmSize: number,
    Ulimits: raw,
    CapAdd: { rule: (value, path) => capabilities(context, value, path) },
    CapDrop: { rule: (value, path) => list(text(40), 64)(value, path) && undefined },
    SecurityOpt: { rule: securityOptions },
    ReadonlyRootfs: { rule: flag },
    Init: { rule: flag },
    Dns: {
      rule: list((value, path) => (mayAsk(String(value)) ? value : refuse('names are only looked up inside it.')(value, path)), 3),
    },
    DnsOptions: { rule: list(text(80, /^[a-z0-9:-]+$/), 8) },
    DnsSearch: { rule: list(text(253, /^[A-Za-z0-9.-]+$/), 6) },
    ExtraHosts: { rule: list((value, path) => extraHost(context, value, path), 16) },
    ConsoleSize: { rule: list(whole(0, 1000), 2) },
    LogConfig: { rule: logConfig },
    Links: no('use names on a network.', 'array'),
    CgroupParent: no('the lab chooses where containers are counted.', 'string'),
    Runtime: no('the lab chooses the runtime.', 'string'),
    StorageOpt: no('the lab chooses the size.', 'object'),
    Privileged: no('a privileged container is this computer itself.', 'boolean'),
    PidMode: { rule: namespaceRule(context, []) },
    IpcMode: { rule: namespaceRule(context, ['private']) },
    UTSMode: { rule: namespaceRule(context, []) },
    UsernsMode: { rule: namespaceRule(context, []) },
    CgroupnsMode: { rule: namespaceRule(context, ['private']) },
    Cgroup: { rule: namespaceRule(context, []) },
    Devices: no(DEVICES, 'array'),
    DeviceCgroupRules: no(DEVICES, 'array'),
    DeviceRequests: no(DEVICES, 'array'),
    Sysctls: {
      rule: record(
        /^[a-z0-9_.-]{1,80}$/,
        (value, path) => {
          const wanted = `${path.slice('HostConfig.Sysctls.'.length)}=${String(value)}`;
          return sysctls.includes(wanted) ? value : refuse('the lab does not list this setting of the kernel.')(value, path);
        },
        8,
      ),
    },
    OomScoreAdj: no(KERNEL, 'number'),
    OomKillDisable: no(KERNEL, 'boolean'),
    GroupAdd: no('run with --user instead.', 'array'),
    Annotations: no('they steer the runtime.', 'object'),
    MaskedPaths: masking,
    ReadonlyPaths: masking,
    VolumeDriver: no('volumes are local.', 'string'),
    ContainerIDFile: { rule: ignore },
    Isolation: { rule: (value, path) => (value === 'default' ? undefined : refuse(WINDOWS)(value, path)) },
    BlkioWeight: { rule: ignore },
    BlkioWeightDevice: no(DEVICES, 'array'),
    BlkioDeviceReadBps: no(DEVICES, 'array'),
    BlkioDeviceWriteBps: no(DEVICES, 'array'),
    BlkioDeviceReadIOps: no(DEVICES, 'array'),
    BlkioDeviceWriteIOps: no(DEVICES, 'array'),
    CpusetCpus: { rule: ignore },
    CpusetMems: { rule: ignore },
    CpuRealtimePeriod: no(KERNEL, 'number'),
    CpuRealtimeRuntime: no(KERNEL, 'number'),
    CpuCount: no(WINDOWS, 'number'),
    CpuPercent: no(WINDOWS, 'number'),
    IOMaximumIOps: no(WINDOWS, 'number'),
    IOMaximumBandwidth: no(WINDOWS, 'number'),
    KernelMemory: no(KERNEL, 'number'),
    KernelMemoryTCP: no(KERNEL, 'number'),
    Capabilities: no(KERNEL, 'array'),
    InitPath: no(KERNEL, 'string'),
  };
}

function bad_(message: string): never {
  throw bad(message);
}

/** `name:address` into /etc/hosts. */
function extraHost(context: PolicyContext, value: Json, path: string): Json {
  const entry = String(text(300)(value, path));
  const [, name = '', address = ''] = /^([^:=]+)[:=](.+)$/.exec(entry) ?? [];
  if (!DOMAIN.test(name)) throw bad(`${path}: not of the form name:address`);
  if (context.names.isReserved(name)) throw denied(`${path}: the name ${name} is reserved by the lab`);
  if (!isIPv4(address) || isSurroundings(address)) throw denied(`${path}: ${address.slice(0, 40)} is not an address that a lab may name`);
  return `${name}:${address}`;
}

function portsOf(bindings: Json): WantedPort[] {
  if (isEmpty(bindings)) return [];
  if (!isObject(bindings)) throw bad('HostConfig.PortBindings: not an object');
  const ports: WantedPort[] = [];
  for (const [container, hosts] of Object.entries(bindings)) {
    if (!PORT.test(container)) throw bad(`HostConfig.PortBindings: ${JSON.stringify(container.slice(0, 30))} is not a port`);
    if (hosts !== null && !Array.isArray(hosts)) throw bad('HostConfig.PortBindings: not a list');
    const given = (hosts as readonly Json[] | null) ?? [];
    for (const entry of given.length > 0 ? given : [{}]) {
      const { HostPort = '' } = rebuild(isObject(entry) ? entry : bad_('HostConfig.PortBindings: not an object'), {
        // The learner's machine is inside the lab, so every address means the same.
        HostIp: { rule: text(45, /^[0-9a-fA-F.:]+$/) },
        // 0 is any, as nothing is.
        HostPort: { rule: text(5, /^(?:0|[1-9]\d{0,4})$/) },
      }) as { HostPort?: string };
      if (Number(HostPort) > 65_535) throw bad(`HostConfig.PortBindings: ${HostPort} is not a port`);
      ports.push({ container, host: Number(HostPort) });
    }
  }
  if (ports.length > BOUNDS.publishedPorts) throw denied(`The lab's limit: ${BOUNDS.publishedPorts} published ports for one container.`);
  return ports;
}

function networksOf(context: PolicyContext, mode: string, networking: Json): { mode: string; networks: WantedNetwork[] } {
  if (mode.startsWith('container:')) {
    context.container(mode.slice('container:'.length));
    throw denied(`network ${mode} is not allowed in this lab: ${OWN_NAMESPACE}`);
  }
  const first = context.network(mode);
  const networks = new Map<string, WantedNetwork>();
  if (first.id !== 'none') networks.set(first.id, { id: first.id, aliases: [], address: null });
  if (!isEmpty(networking)) {
    if (!isObject(networking)) throw bad('NetworkingConfig: not an object');
    const { EndpointsConfig = {} } = rebuild(networking, { EndpointsConfig: { rule: (value) => value } }, 'NetworkingConfig') as {
      EndpointsConfig?: Json;
    };
    if (!isObject(EndpointsConfig)) throw bad('NetworkingConfig.EndpointsConfig: not an object');
    for (const [reference, settings] of Object.entries(EndpointsConfig)) {
      const { id } = context.network(reference);
      if (id === 'none') continue;
      if (first.id === 'none') throw bad('a container without a network cannot be on one');
      networks.set(id, { id, ...endpointSettings(context, settings, `NetworkingConfig.EndpointsConfig.${reference}`) });
    }
  }
  if (networks.size > BOUNDS.networks) throw denied(`The lab's limit: ${BOUNDS.networks} networks for one container.`);
  return { mode: first.id, networks: [...networks.values()] };
}

/** Engines and resolvers find a container by its host name as by an alias: whole, with its domain, and by its first part. */
function assertHostName(context: PolicyContext, { Hostname, Domainname }: Readonly<Record<string, unknown>>): void {
  if (typeof Hostname !== 'string' || Hostname === '') return;
  const names = [Hostname, Hostname.split('.', 1)[0] ?? '', ...(Domainname ? [`${Hostname}.${String(Domainname)}`] : [])];
  const reserved = names.find((name) => context.names.isReserved(name));
  if (reserved !== undefined) throw denied(`Hostname: the name ${reserved} is reserved by the lab`);
}

/**
 * @param processors of the engine: it refuses more; null when it limits none
 * @throws Refusal
 */
export function wantedContainer(context: PolicyContext, body: JsonObject, processors: number | null): WantedContainer {
  const { HostConfig = null, NetworkingConfig = null, Volumes = null, Labels = {}, Image, ...config } = rebuild(body, CONFIG);
  if (typeof Image !== 'string') throw bad('no image was named');
  assertHostName(context, config);
  if (HostConfig !== null && !isObject(HostConfig)) throw bad('HostConfig: not an object');
  const host = rebuild(HostConfig ?? (Object.create(null) as JsonObject), hostFields(context), 'HostConfig');
  const {
    Binds = null,
    Mounts = null,
    VolumesFrom = null,
    Tmpfs = null,
    PortBindings = null,
    PublishAllPorts,
    NetworkMode = '',
    Ulimits = null,
    Dns = [],
    ...rest
  } = host;
  const image = context.image(Image);
  const mounts = wantedMounts(context, { binds: Binds, mounts: Mounts, tmpfs: Tmpfs, volumesFrom: VolumesFrom, volumes: Volumes });
  const { mode, networks } = networksOf(context, String(NetworkMode), NetworkingConfig);
  const limits = limitsOf(context.config.limits, rest, processors);
  const kept = ['RestartPolicy', 'AutoRemove', 'ReadonlyRootfs', 'Init', 'DnsOptions', 'DnsSearch', 'ExtraHosts', 'ConsoleSize', 'Sysctls'];
  return {
    image,
    config,
    hostConfig: {
      ...Object.fromEntries(kept.flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]]]))),
      ...limits,
      Ulimits: ulimits(context.config.limits, Ulimits),
    },
    labels: Labels as Record<string, string>,
    mounts,
    ports: portsOf(PortBindings),
    publishAll: PublishAllPorts === true,
    networkMode: mode,
    networks,
    dns: Dns as string[],
    memory: limits.Memory,
    pids: limits.PidsLimit,
  };
}

/**
 * Gives each wished port a number: what was asked for, or the next free one of the session.
 * @param taken ports that other containers of the session have
 */
export function assignPorts(wanted: readonly WantedPort[], taken: ReadonlySet<number>): PortMapping[] {
  const used = new Set([...taken, ...wanted.map(({ host }) => host)]);
  let next = 32_768;
  return wanted.map(({ container, host }) => {
    if (host !== 0) return { container, host };
    while (used.has(next)) next += 1;
    used.add(next);
    return { container, host: next };
  });
}
