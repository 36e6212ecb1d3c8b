/** Where an engine may be listening on this machine: what the docker command line itself would use, then the usual sockets. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What discovery reads of the machine; a parameter so that tests can use a home of their own. */
export interface HostEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly uid: number;
  /** Where system-wide engines keep their sockets: /var/run. */
  readonly systemSockets: string;
}

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Endpoint {
  /** As the docker command line takes it after `-H`, such as `unix:///var/run/docker.sock`. */
  readonly url: string;
  /** How it was found, for people: `DOCKER_HOST`, `context desktop-linux`, `socket`. */
  readonly source: string;
  /** Paths of PEM files; null without TLS. */
  readonly tls: TlsFiles | null;
}

/** The environment of this process. */
export function hostEnvironment(): HostEnvironment {
  return { env: process.env, platform: process.platform, home: homedir(), uid: process.getuid?.() ?? 0, systemSockets: '/var/run' };
}

/**
 * The endpoints to try, best first. DOCKER_HOST is an order: nothing else is tried beside it.
 * @returns an empty list when `OPS_LAB_ENGINE=none` hides every engine
 */
export async function findEndpoints(host: HostEnvironment): Promise<Endpoint[]> {
  if (host.env.OPS_LAB_ENGINE === 'none') return [];
  if (host.env.DOCKER_HOST) {
    const url = host.env.DOCKER_HOST.includes('://') ? host.env.DOCKER_HOST : `tcp://${host.env.DOCKER_HOST}`;
    const folder = host.env.DOCKER_CERT_PATH ?? join(host.home, '.docker');
    return [{ url, source: 'DOCKER_HOST', tls: host.env.DOCKER_TLS_VERIFY ? tlsFiles(folder) : null }];
  }
  const context = await currentContext(host);
  const sockets = usualSockets(host).map((url) => ({ url, source: 'socket', tls: null }));
  return [...(context ? [context] : []), ...sockets.filter(({ url }) => url !== context?.url)];
}

function tlsFiles(folder: string): TlsFiles {
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The docker command line keeps a context's endpoint under the SHA-256 of its name. */
async function currentContext(host: HostEnvironment): Promise<Endpoint | null> {
  const folder = host.env.DOCKER_CONFIG ?? join(host.home, '.docker');
  const named = host.env.DOCKER_CONTEXT ?? field(await readJson(join(folder, 'config.json')), 'currentContext');
  if (typeof named !== 'string' || named === '' || named === 'default') return null;
  const id = createHash('sha256').update(named).digest('hex');
  const meta = await readJson(join(folder, 'contexts', 'meta', id, 'meta.json'));
  const url = field(field(field(meta, 'Endpoints'), 'docker'), 'Host');
  if (typeof url !== 'string' || url === '') return null;
  const certificates = join(folder, 'contexts', 'tls', id, 'docker');
  return { url, source: `context ${named}`, tls: existsSync(certificates) ? tlsFiles(certificates) : null };
}

/** Sockets that engines make by themselves: Docker, rootless Docker, Docker Desktop, Podman. Those that are not there are left out. */
function usualSockets(host: HostEnvironment): string[] {
  if (host.platform === 'win32') return ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/dockerDesktopLinuxEngine'];
  const run = host.env.XDG_RUNTIME_DIR ?? `/run/user/${host.uid}`;
  const paths = [
    join(host.systemSockets, 'docker.sock'),
    join(run, 'docker.sock'),
    join(host.home, '.docker', 'run', 'docker.sock'),
    join(host.home, '.docker', 'desktop', 'docker.sock'),
    join(run, 'podman', 'podman.sock'),
    join(host.home, '.local', 'share', 'containers', 'podman', 'machine', 'podman.sock'),
    join(host.systemSockets, 'podman', 'podman.sock'),
  ];
  return paths.filter((path) => existsSync(path)).map((path) => `unix://${path}`);
}
