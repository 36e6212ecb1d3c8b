/** The Docker engine of this machine: found, described, and found again after it was gone. */
import { existsSync, readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { EngineStatus } from '../../../shared/contract/values.ts';
import { callEngine } from './api.ts';
import { freeBytesIn } from './disk-room.ts';
import { type Endpoint, findEndpoints, type HostEnvironment, hostEnvironment } from './endpoint.ts';

/** The engine's part of an EngineStatus; the image builder adds `image`. */
export type EngineFacts = Omit<EngineStatus, 'image'> & {
  /** Whether a socket is there that this user may not use. */
  readonly permissionDenied: boolean;
};

/** What the runtime needs to know beyond what people are shown. */
export interface EngineDetails {
  readonly endpoint: Endpoint;
  /** API version in use, such as `1.41`. */
  readonly apiVersion: string;
  /** Of the engine, in Docker's words: amd64, arm64. */
  readonly architecture: string;
  /** Stable id of the engine's installation. */
  readonly id: string;
  readonly memoryBytes: number;
  /** Processors that containers can use. */
  readonly cpus: number;
  readonly flavour: EngineFacts['flavour'];
  readonly version: string;
  readonly limits: { readonly memory: boolean; readonly pids: boolean; readonly cpu: boolean };
}

/** Oldest API that has all that a session needs (Docker 19.03). */
export const MINIMUM_API = '1.40';
/** Newest API that this program was written against; a newer engine is asked to speak this one. */
const NEWEST_API = '1.47';
/** An engine that is there is asked again after this time, in milliseconds; one that is not, sooner. */
const READY_FOR = 5_000;
const MISSING_FOR = 1_500;
const PROBE_TIMEOUT = 4_000;

interface Look {
  readonly facts: EngineFacts;
  readonly client: Docker | null;
  readonly details: EngineDetails | null;
}

/** @returns negative, zero or positive, as `1.9` < `1.40` */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return (left?.[0] ?? 0) - (right?.[0] ?? 0) || (left?.[1] ?? 0) - (right?.[1] ?? 0);
}

const nothing = (state: EngineFacts['state'], message: string, endpoint: string | null): EngineFacts => ({
  state,
  message,
  endpoint,
  version: null,
  apiVersion: null,
  flavour: null,
  rootless: false,
  cgroupVersion: null,
  storageDriver: null,
  freeBytes: null,
  permissionDenied: false,
});

export class Engine {
  #host: HostEnvironment;
  #last: Look | null = null;
  #lastAt = 0;
  #pending: Promise<Look> | null = null;
  #listeners = new Set<(facts: EngineFacts) => void>();

  constructor(host: HostEnvironment = hostEnvironment()) {
    this.#host = host;
  }

  /** What is known of the engine, looked up again when that is older than a few seconds. Never throws. */
  async status(): Promise<EngineFacts> {
    return (await this.#look(false)).facts;
  }

  /** Looks again now. */
  async refresh(): Promise<EngineFacts> {
    return (await this.#look(true)).facts;
  }

  /** A client that speaks an API version which this engine and this program both know. @throws OpsLabError `engine-missing` */
  async docker(): Promise<Docker> {
    const { client, facts } = await this.#look(false);
    if (!client) throw new OpsLabError('engine-missing', facts.message, { state: facts.state }, true);
    return client;
  }

  /** @throws OpsLabError `engine-missing` */
  async details(): Promise<EngineDetails> {
    const { details, facts } = await this.#look(false);
    if (!details) throw new OpsLabError('engine-missing', facts.message, { state: facts.state }, true);
    return details;
  }

  /** Calls `listener` whenever a look shows another state, version or endpoint, until the returned function is called. */
  onChange(listener: (facts: EngineFacts) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #look(now: boolean): Promise<Look> {
    const fresh = this.#last?.client ? READY_FOR : MISSING_FOR;
    if (!now && this.#last && performance.now() - this.#lastAt < fresh) return Promise.resolve(this.#last);
    this.#pending ??= this.#search().then((look) => {
      this.#pending = null;
      this.#keep(look);
      return look;
    });
    return this.#pending;
  }

  #keep(look: Look): void {
    const key = (facts: EngineFacts | undefined): string => JSON.stringify([facts?.state, facts?.version, facts?.endpoint, facts?.message]);
    const before = this.#last?.facts;
    // The same client goes on while the engine is the same one, so that its connections are reused.
    const same = this.#last?.client && look.client && key(before) === key(look.facts);
    this.#last = same ? { ...look, client: this.#last?.client ?? look.client } : look;
    this.#lastAt = performance.now();
    if (key(before) === key(look.facts)) return;
    for (const listener of this.#listeners) listener(look.facts);
  }

  async #search(): Promise<Look> {
    const endpoints = await findEndpoints(this.#host);
    let failure: EngineFacts | null = null;
    for (const endpoint of endpoints) {
      try {
        return await describe(endpoint);
      } catch (error) {
        // A busy engine is slow to describe itself. It is not gone for that: its calls have longer time-outs of their own.
        if (isTimeout(error) && this.#last?.client && this.#last.facts.endpoint === endpoint.url) return this.#last;
        failure ??= { ...nothing('unreachable', unreachable(endpoint, error), endpoint.url), permissionDenied: isPermission(error) };
      }
    }
    const hidden = this.#host.env.OPS_LAB_ENGINE === 'none';
    const missing = hidden
      ? 'Engines are hidden by OPS_LAB_ENGINE=none.'
      : 'No Docker engine was found on this machine. Labs run in the shell runtime where they can; install Docker or Podman for the others.';
    return { facts: failure ?? nothing('missing', missing, null), client: null, details: null };
  }
}

function isPermission(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'EACCES' || code === 'EPERM';
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function unreachable(endpoint: Endpoint, error: unknown): string {
  if (isPermission(error)) {
    return `There is an engine at ${endpoint.url}, but this user may not use it. Join its group or start Ops Lab as a user who has it.`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `An engine is set up at ${endpoint.url} (${endpoint.source}), but it does not answer: ${reason}. Start it, then check again.`;
}

/** @throws what dockerode throws when nobody answers; never for an engine that is merely too old */
async function describe(endpoint: Endpoint): Promise<Look> {
  const asking = await connect(endpoint);
  const version = await callEngine<Version>(asking, { method: 'GET', path: '/version', timeoutMs: PROBE_TIMEOUT });
  const minimum = version.MinAPIVersion ?? MINIMUM_API;
  const base = { ...nothing('ready', '', endpoint.url), version: version.Version, apiVersion: version.ApiVersion };
  const supported = compareVersions(version.ApiVersion, MINIMUM_API) >= 0 && compareVersions(minimum, NEWEST_API) <= 0;
  if (!supported) {
    const message = `The engine at ${endpoint.url} speaks API ${minimum} to ${version.ApiVersion}; Ops Lab needs ${MINIMUM_API} to ${NEWEST_API}. Upgrade whichever is older.`;
    return { facts: { ...base, state: 'too-old', message }, client: null, details: null };
  }
  const apiVersion = compareVersions(version.ApiVersion, NEWEST_API) < 0 ? version.ApiVersion : NEWEST_API;
  const client = await connect(endpoint, `v${apiVersion}`);
  const info = await callEngine<Info>(client, { method: 'GET', path: '/info', timeoutMs: PROBE_TIMEOUT });
  if (info.OSType && info.OSType !== 'linux') {
    const message = `The engine at ${endpoint.url} runs ${info.OSType} containers. Switch it to Linux containers.`;
    return { facts: { ...base, state: 'unreachable', message }, client: null, details: null };
  }
  const flavour = flavourOf(version, info);
  const facts: EngineFacts = {
    ...base,
    message: `${flavour === 'podman' ? 'Podman' : 'Docker'} ${version.Version} at ${endpoint.url}.`,
    flavour,
    rootless: (info.SecurityOptions ?? []).some((option) => option.split(',').includes('name=rootless')),
    cgroupVersion: info.CgroupVersion === '2' ? '2' : info.CgroupVersion === '1' || compareVersions(apiVersion, '1.41') < 0 ? '1' : null,
    storageDriver: info.Driver ?? null,
    freeBytes: await freeBytes(endpoint, info.DockerRootDir),
  };
  const details: EngineDetails = {
    endpoint,
    apiVersion,
    architecture: version.Arch,
    id: info.ID ?? endpoint.url,
    memoryBytes: info.MemTotal ?? 0,
    cpus: info.NCPU ?? 1,
    flavour,
    version: version.Version,
    limits: { memory: info.MemoryLimit !== false, pids: info.PidsLimit !== false, cpu: info.CpuCfsQuota !== false },
  };
  return { facts, client, details };
}

interface Version {
  Version: string;
  ApiVersion: string;
  MinAPIVersion?: string;
  Arch: string;
  Platform?: { Name?: string };
  Components?: { Name: string }[];
}

interface Info {
  ID?: string;
  OSType?: string;
  OperatingSystem?: string;
  Driver?: string;
  DockerRootDir?: string;
  CgroupVersion?: string;
  SecurityOptions?: string[] | null;
  MemTotal?: number;
  NCPU?: number;
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
}

function flavourOf(version: Version, info: Info): EngineFacts['flavour'] {
  if (version.Components?.some((component) => component.Name.startsWith('Podman'))) return 'podman';
  if (info.OperatingSystem === 'Docker Desktop' || version.Platform?.Name?.startsWith('Docker Desktop')) return 'docker-desktop';
  return version.Components?.some((component) => component.Name === 'Engine') ? 'docker' : 'unknown';
}

/** Free bytes where images are kept; null where that is inside a virtual machine or on another host. */
async function freeBytes(endpoint: Endpoint, folder: string | undefined): Promise<number | null> {
  if (!endpoint.url.startsWith('unix://') || !folder || !existsSync(folder)) return null;
  return freeBytesIn(folder);
}

/** Everything is stated, because docker-modem otherwise fills in from DOCKER_HOST. */
async function connect(endpoint: Endpoint, version?: string): Promise<Docker> {
  // Its modules take a tenth of a second to load, which the start of a host does not wait for.
  const { default: Docker } = await import('dockerode');
  const url = new URL(endpoint.url);
  if (url.protocol === 'unix:') return new Docker({ socketPath: endpoint.url.slice('unix://'.length), host: undefined, version });
  if (url.protocol === 'npipe:') return new Docker({ socketPath: endpoint.url.slice('npipe://'.length), host: undefined, version });
  if (url.protocol === 'ssh:') throw new Error('engines over ssh are not supported; forward their socket instead');
  const { tls } = endpoint;
  const secure = tls ? { ca: readFileSync(tls.ca), cert: readFileSync(tls.cert), key: readFileSync(tls.key) } : {};
  return new Docker({ protocol: tls ? 'https' : 'http', host: url.hostname, port: url.port || (tls ? 2376 : 2375), version, ...secure });
}
