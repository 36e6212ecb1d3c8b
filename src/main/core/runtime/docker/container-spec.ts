/** The one place that decides with which limits and rights a container of a session runs (docs/security.md). */
import type { ComposeService } from '../../labs/compose.ts';

export interface Mount {
  readonly volume: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Only for a container with a network namespace of its own. */
  readonly hostname?: string;
  readonly mounts: readonly Mount[];
  /** Of this machine, read-only: only what belongs to the gate. */
  readonly hostMounts?: readonly { readonly source: string; readonly target: string }[];
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  readonly nofile: { readonly soft: number; readonly hard: number };
  readonly capabilities: readonly string[];
  readonly readOnly: boolean;
  /** UID:GID; left out for what the image says. */
  readonly user?: string;
  /** Bytes a second that may be written to a device of the engine's machine. */
  readonly writeLimits?: readonly { readonly device: string; readonly bytesPerSecond: number }[];
  readonly restart: 'no' | 'always' | 'on-failure';
  /** `container:ID`, or empty for its own. */
  readonly pidMode: string;
  /** `container:ID`, `none`, or the id of a network. */
  readonly networkMode: string;
  /** Names on that network; empty unless it is one. */
  readonly aliases: readonly string[];
  /** Whom the engine's own resolver asks for names from outside; the engine's choice when left out. */
  readonly dns?: readonly string[];
  readonly init: boolean;
  readonly autoRemove?: boolean;
  /** Keep its streams connected, for a program of ours that is spoken with; it ends when stdin does. */
  readonly attach?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a size as compose.yaml has it, such as `256m`. */
export function bytesOf(size: string): number {
  return Number(size.slice(0, -1)) * (UNITS[size.slice(-1)] ?? 1);
}

/** The limits of compose.yaml as a part of a ContainerSpec. */
export function limitsOf(
  service: ComposeService,
): Pick<ContainerSpec, 'memoryBytes' | 'cpus' | 'pids' | 'nofile' | 'capabilities' | 'readOnly' | 'restart' | 'user'> {
  return {
    memoryBytes: bytesOf(service.mem_limit),
    cpus: service.cpus,
    pids: service.pids_limit,
    nofile: service.ulimits.nofile,
    capabilities: service.cap_add,
    readOnly: service.read_only,
    restart: service.restart,
    ...(service.user === undefined ? {} : { user: service.user }),
  };
}

/**
 * The body of POST /containers/create.
 * @param hostCpus an engine refuses more than it has; a lab written for four runs on two. Null for one that limits none: it refuses any
 * @param privateCgroups whether the engine knows the field (API 1.41)
 */
export function createBody(spec: ContainerSpec, hostCpus: number | null, privateCgroups: boolean): Record<string, unknown> {
  const onNetwork = spec.networkMode !== 'none' && !spec.networkMode.startsWith('container:');
  return {
    Image: spec.image,
    Cmd: spec.command,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: '/lab',
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Labels: spec.labels,
    StopTimeout: 5,
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    ...(spec.attach ? { AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true, StdinOnce: true } : {}),
    HostConfig: {
      Init: spec.init,
      Memory: spec.memoryBytes,
      // Equal to Memory: no swap, so that a limit means what it says.
      MemorySwap: spec.memoryBytes,
      ...(hostCpus === null ? {} : { NanoCpus: Math.round(Math.min(spec.cpus, hostCpus) * 1e9) }),
      PidsLimit: spec.pids,
      Ulimits: [
        { Name: 'nofile', Soft: spec.nofile.soft, Hard: spec.nofile.hard },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      ...(spec.writeLimits
        ? { BlkioDeviceWriteBps: spec.writeLimits.map(({ device, bytesPerSecond }) => ({ Path: device, Rate: bytesPerSecond })) }
        : {}),
      CapDrop: ['ALL'],
      CapAdd: spec.capabilities,
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: spec.readOnly,
      ...(spec.readOnly ? { Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=64m' } } : {}),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
      ShmSize: 64 * 1024 ** 2,
      RestartPolicy: { Name: spec.restart, MaximumRetryCount: 0 },
      AutoRemove: spec.autoRemove ?? false,
      PidMode: spec.pidMode,
      IpcMode: 'private',
      ...(privateCgroups ? { CgroupnsMode: 'private' } : {}),
      NetworkMode: spec.networkMode,
      ...(spec.dns === undefined ? {} : { Dns: spec.dns }),
      Mounts: [
        ...spec.mounts.map(({ volume, target, readOnly }) => ({ Type: 'volume', Source: volume, Target: target, ReadOnly: readOnly })),
        ...(spec.hostMounts ?? []).map(({ source, target }) => ({ Type: 'bind', Source: source, Target: target, ReadOnly: true })),
      ],
    },
    ...(onNetwork ? { NetworkingConfig: { EndpointsConfig: { [spec.networkMode]: { Aliases: spec.aliases } } } } : {}),
  };
}
