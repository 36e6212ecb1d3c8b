/**
 * Every endpoint of the Engine API, v1.40 to v1.51, and what becomes of it. An endpoint that is not here does not exist.
 * `deny` endpoints that name a container or an image answer 404 for what is not this session's, like any other.
 */
import type { Method } from '../http/head.ts';
import { FLAG, filters, type QueryFields, refused, text, whole } from './query.ts';

export type Verdict = 'allow' | 'rewrite' | 'deny';

export interface Endpoint {
  readonly method: Method;
  /** `{id}` is one segment; `{name}` may hold slashes, as names of images do. */
  readonly path: string;
  readonly verdict: Verdict;
  /** Who answers; of a denied endpoint, the sentence why. */
  readonly answer: string;
  readonly query: QueryFields;
  /** What is read of a body; without it a body is dropped. */
  readonly body?: 'json' | 'tar';
  /** Looked up before it is denied. */
  readonly about?: 'container' | 'image' | 'images' | 'plugin';
  /** Holds one of the session's streams for as long as it takes. */
  readonly stream?: true;
  /** May switch to bytes in both directions. */
  readonly hijack?: true;
}

const ANY = /^[\s\S]*$/;
const REFERENCE = /^[A-Za-z0-9_.:@/-]+$/;
const TIME = /^-?\d{1,12}(?:\.\d{1,9})?$/;
const SIGNAL = /^(?:SIG)?[A-Z][A-Z0-9+-]{1,10}$|^(?:[1-9]|[1-5]\d|6[0-4])$/;
const STOP: QueryFields = { t: whole(-1, 60), signal: text(SIGNAL) };
const SIZE: QueryFields = { h: whole(1, 1000), w: whole(1, 1000) };
const ATTACH: QueryFields = {
  logs: FLAG,
  stream: FLAG,
  stdin: FLAG,
  stdout: FLAG,
  stderr: FLAG,
  detachKeys: text(/^[\x20-\x7e]{1,32}$/),
};
const LOGS: QueryFields = {
  follow: FLAG,
  stdout: FLAG,
  stderr: FLAG,
  timestamps: FLAG,
  details: FLAG,
  since: text(TIME),
  until: text(TIME),
  tail: text(/^(?:all|-?\d{1,9})$/),
};
const PRUNE: QueryFields = { filters: filters('until', 'label', 'label!', 'dangling', 'all') };

function allow(method: Method, path: string, answer: string, query: QueryFields = {}, more: Partial<Endpoint> = {}): Endpoint {
  return { method, path, verdict: 'allow', answer, query, ...more };
}
function rewrite(method: Method, path: string, answer: string, query: QueryFields = {}, more: Partial<Endpoint> = {}): Endpoint {
  return { method, path, verdict: 'rewrite', answer, query, ...more };
}
function deny(method: Method, path: string, why: string, about?: Endpoint['about']): Endpoint {
  return { method, path, verdict: 'deny', answer: why, query: {}, ...(about ? { about } : {}) };
}

const OUTSIDE = 'This lab works without a network: images are neither fetched nor sent.';
const SWARM = 'Swarm is not part of this lab: it would change the engine for everybody.';
const PLUGINS = 'Plugins run on the engine itself, outside of every lab.';
const INSIDE = 'This shows the inside of the engine, which is shared.';
const BUILDKIT = 'BuildKit is not part of this lab. Build with DOCKER_BUILDKIT=0.';
const LEAVES = 'Files leave containers with docker cp; whole file systems do not leave the lab.';

export const ENDPOINTS: readonly Endpoint[] = [
  rewrite('GET', '/_ping', 'ping'),
  rewrite('HEAD', '/_ping', 'ping'),
  rewrite('GET', '/version', 'version'),
  rewrite('GET', '/info', 'info'),
  rewrite(
    'GET',
    '/events',
    'events',
    {
      since: text(TIME),
      until: text(TIME),
      filters: filters('container', 'event', 'image', 'label', 'network', 'type', 'volume', 'scope', 'daemon'),
    },
    { stream: true },
  ),
  rewrite('GET', '/system/df', 'diskUse', { type: text(/^(?:container|image|volume|build-cache)$/), verbose: FLAG }),
  deny('POST', '/auth', OUTSIDE),
  deny('GET', '/debug/pprof', INSIDE),
  deny('GET', '/debug/pprof/{name}', INSIDE),
  deny('GET', '/debug/vars', INSIDE),
  deny('POST', '/session', BUILDKIT),
  deny('POST', '/grpc', BUILDKIT),

  rewrite('GET', '/containers/json', 'containers', {
    all: FLAG,
    limit: whole(-1, 1000),
    size: FLAG,
    // Old Python clients send it; engines do not know it.
    trunc_cmd: FLAG,
    filters: filters(
      'ancestor',
      'before',
      'expose',
      'exited',
      'health',
      'id',
      'isolation',
      'is-task',
      'label',
      'name',
      'network',
      'publish',
      'since',
      'status',
      'volume',
    ),
  }),
  rewrite('POST', '/containers/create', 'createContainer', { name: text(ANY, 400), platform: text(/^[a-z0-9/]{1,40}$/) }, { body: 'json' }),
  rewrite('POST', '/containers/prune', 'pruneContainers', PRUNE),
  rewrite('GET', '/containers/{id}/json', 'inspectContainer', { size: FLAG }),
  rewrite('GET', '/containers/{id}/top', 'topContainer', { ps_args: text(ANY, 100) }),
  allow('GET', '/containers/{id}/logs', 'logs', LOGS, { stream: true }),
  allow('GET', '/containers/{id}/changes', 'changes'),
  deny('GET', '/containers/{id}/export', LEAVES, 'container'),
  allow('GET', '/containers/{id}/stats', 'stats', { stream: FLAG, 'one-shot': FLAG }, { stream: true }),
  rewrite('GET', '/containers/{id}/archive', 'archive', { path: text(ANY, 1024) }, { stream: true }),
  rewrite('HEAD', '/containers/{id}/archive', 'archive', { path: text(ANY, 1024) }),
  deny(
    'PUT',
    '/containers/{id}/archive',
    'Files are not copied into containers from outside: build an image, or use a volume.',
    'container',
  ),
  rewrite('POST', '/containers/{id}/start', 'startContainer', {
    detachKeys: text(/^[\x20-\x7e]{1,32}$/),
    checkpoint: refused('checkpoints are not part of it'),
    'checkpoint-dir': refused('checkpoints are not part of it'),
  }),
  allow('POST', '/containers/{id}/stop', 'stopContainer', STOP),
  allow('POST', '/containers/{id}/restart', 'restartContainer', STOP),
  allow('POST', '/containers/{id}/kill', 'killContainer', { signal: text(SIGNAL) }),
  allow('POST', '/containers/{id}/pause', 'pauseContainer'),
  allow('POST', '/containers/{id}/unpause', 'unpauseContainer'),
  allow('POST', '/containers/{id}/wait', 'waitContainer', { condition: text(/^(?:not-running|next-exit|removed)$/) }, { stream: true }),
  allow('POST', '/containers/{id}/resize', 'resizeContainer', SIZE),
  allow('POST', '/containers/{id}/attach', 'attach', ATTACH, { stream: true, hijack: true }),
  deny('GET', '/containers/{id}/attach/ws', 'Attaching over a WebSocket is not part of this lab: use docker attach.', 'container'),
  rewrite('POST', '/containers/{id}/exec', 'createExec', {}, { body: 'json' }),
  rewrite('POST', '/containers/{id}/rename', 'renameContainer', { name: text(ANY, 400) }),
  rewrite('POST', '/containers/{id}/update', 'updateContainer', {}, { body: 'json' }),
  rewrite('DELETE', '/containers/{id}', 'removeContainer', {
    v: FLAG,
    force: FLAG,
    link: refused('links between containers are not part of it'),
  }),
  deny('POST', '/containers/{id}/copy', 'This endpoint is long gone: use docker cp.', 'container'),
  deny('GET', '/containers/{id}/checkpoints', 'Checkpoints are not part of this lab.', 'container'),
  deny('POST', '/containers/{id}/checkpoints', 'Checkpoints write to folders of the engine.', 'container'),
  deny('DELETE', '/containers/{id}/checkpoints/{name}', 'Checkpoints are not part of this lab.', 'container'),
  deny('POST', '/commit', 'Images are made from a Dockerfile here: docker build.', 'container'),

  rewrite('POST', '/exec/{id}/start', 'startExec', {}, { body: 'json', stream: true, hijack: true }),
  allow('POST', '/exec/{id}/resize', 'resizeExec', SIZE),
  allow('GET', '/exec/{id}/json', 'inspectExec'),

  rewrite('GET', '/images/json', 'images', {
    all: FLAG,
    // Python clients send it; engines do not know it.
    only_ids: FLAG,
    digests: FLAG,
    'shared-size': FLAG,
    manifests: FLAG,
    identity: FLAG,
    filters: filters('before', 'dangling', 'label', 'reference', 'since', 'until'),
    filter: text(REFERENCE),
  }),
  deny('GET', '/images/search', OUTSIDE),
  deny('GET', '/images/get', LEAVES, 'images'),
  deny('GET', '/images/{name}/get', LEAVES, 'image'),
  rewrite('GET', '/images/{name}/history', 'imageHistory'),
  rewrite('GET', '/images/{name}/json', 'inspectImage', { manifests: FLAG }),
  deny('GET', '/images/{name}/attestations', 'Attestations are not part of this lab.', 'image'),
  deny('POST', '/images/load', 'Archives of images are not loaded into the shared engine.'),
  rewrite('POST', '/images/create', 'pullImage', {
    fromImage: text(ANY, 400),
    tag: text(ANY, 200),
    platform: text(/^[a-z0-9/]{1,40}$/),
    fromSrc: refused('archives are not imported into the shared engine'),
    repo: refused('archives are not imported into the shared engine'),
    message: refused('archives are not imported'),
    changes: refused('archives are not imported'),
  }),
  deny('POST', '/images/{name}/push', OUTSIDE),
  rewrite('POST', '/images/{name}/tag', 'tagImage', { repo: text(REFERENCE), tag: text(/^[A-Za-z0-9_.-]{1,128}$/) }),
  rewrite('POST', '/images/prune', 'pruneImages', PRUNE),
  rewrite('DELETE', '/images/{name}', 'removeImage', { force: FLAG, noprune: FLAG, platforms: refused('one platform is all there is') }),
  rewrite(
    'POST',
    '/build',
    'build',
    {
      t: { type: 'texts', pattern: ANY, most: 4 },
      dockerfile: text(ANY, 300),
      buildargs: { type: 'json' },
      labels: { type: 'json' },
      q: FLAG,
      nocache: FLAG,
      rm: FLAG,
      forcerm: FLAG,
      pull: FLAG,
      target: text(/^[A-Za-z0-9_.-]{1,60}$/),
      networkmode: text(ANY, 100),
      version: text(/^[12]$/),
      platform: text(/^[a-z0-9/]{1,40}$/),
      memory: text(/^-?\d{1,16}$/),
      memswap: text(/^-?\d{1,16}$/),
      cpushares: text(/^\d{1,9}$/),
      cpuperiod: text(/^\d{1,9}$/),
      cpuquota: text(/^-?\d{1,9}$/),
      cpusetcpus: text(ANY, 60),
      cpusetmems: text(ANY, 60),
      shmsize: text(/^\d{1,16}$/),
      ulimits: text(ANY, 1000),
      cgroupparent: refused('the lab chooses where builds are counted'),
      securityopt: refused('the lab chooses the protection'),
      isolation: text(/^default$/),
      extrahosts: refused('builds have no network'),
      cachefrom: text(ANY, 1000),
      remote: refused(OUTSIDE),
      session: refused(BUILDKIT),
      buildid: text(/^[A-Za-z0-9]{1,80}$/),
      outputs: refused(BUILDKIT),
      squash: refused('it is not part of the lab'),
    },
    { body: 'tar', stream: true },
  ),
  rewrite('POST', '/build/prune', 'pruneBuild', { ...PRUNE, all: FLAG, 'keep-storage': whole(0, Number.MAX_SAFE_INTEGER) }),
  deny('POST', '/build/cancel', BUILDKIT),
  deny('GET', '/distribution/{name}/json', OUTSIDE),

  rewrite('GET', '/networks', 'networks', { filters: filters('dangling', 'driver', 'id', 'label', 'name', 'scope', 'type') }),
  rewrite('POST', '/networks/create', 'createNetwork', {}, { body: 'json' }),
  rewrite('POST', '/networks/prune', 'pruneNetworks', PRUNE),
  rewrite('GET', '/networks/{id}', 'inspectNetwork', { scope: text(/^[a-z]{1,10}$/), verbose: FLAG }),
  rewrite('POST', '/networks/{id}/connect', 'connectNetwork', {}, { body: 'json' }),
  rewrite('POST', '/networks/{id}/disconnect', 'disconnectNetwork', {}, { body: 'json' }),
  allow('DELETE', '/networks/{id}', 'removeNetwork'),

  rewrite('GET', '/volumes', 'volumes', { filters: filters('dangling', 'driver', 'label', 'name') }),
  rewrite('POST', '/volumes/create', 'createVolume', {}, { body: 'json' }),
  rewrite('POST', '/volumes/prune', 'pruneVolumes', PRUNE),
  rewrite('GET', '/volumes/{id}', 'inspectVolume'),
  deny('PUT', '/volumes/{id}', SWARM),
  allow('DELETE', '/volumes/{id}', 'removeVolume', { force: FLAG }),

  rewrite('GET', '/plugins', 'plugins', { filters: filters('capability', 'enabled') }),
  // There are none, so docker inspect goes on to the next kind of thing.
  deny('GET', '/plugins/{name}/json', PLUGINS, 'plugin'),
  ...[
    'GET /plugins/privileges',
    'POST /plugins/pull',
    'POST /plugins/create',
    'POST /plugins/{name}/enable',
    'POST /plugins/{name}/disable',
    'POST /plugins/{name}/push',
    'POST /plugins/{name}/set',
    'POST /plugins/{name}/upgrade',
    'DELETE /plugins/{name}',
  ].map((line) => deny(...split(line), PLUGINS)),
  ...[
    'GET /swarm',
    'GET /swarm/unlockkey',
    'POST /swarm/init',
    'POST /swarm/join',
    'POST /swarm/leave',
    'POST /swarm/unlock',
    'POST /swarm/update',
    'GET /nodes',
    'GET /nodes/{id}',
    'POST /nodes/{id}/update',
    'DELETE /nodes/{id}',
    'GET /services',
    'GET /services/{id}',
    'GET /services/{id}/logs',
    'POST /services/create',
    'POST /services/{id}/update',
    'DELETE /services/{id}',
    'GET /tasks',
    'GET /tasks/{id}',
    'GET /tasks/{id}/logs',
    'GET /secrets',
    'GET /secrets/{id}',
    'POST /secrets/create',
    'POST /secrets/{id}/update',
    'DELETE /secrets/{id}',
    'GET /configs',
    'GET /configs/{id}',
    'POST /configs/create',
    'POST /configs/{id}/update',
    'DELETE /configs/{id}',
  ].map((line) => deny(...split(line), SWARM)),
];

function split(line: string): [Method, string] {
  const [method = '', path = ''] = line.split(' ');
  return [method as Method, path];
}

export interface Route {
  readonly endpoint: Endpoint;
  /** What stood for `{id}` or `{name}`. */
  readonly subject: string;
}

const PATTERNS = ENDPOINTS.map((endpoint) => ({
  endpoint,
  pattern: new RegExp(
    `^${endpoint.path
      .replaceAll('.', '\\.')
      .replace('{id}', '([^/]+)')
      .replace(/\{name\}/, '(.+?)')
      .replaceAll('{name}', '.+')}$`,
  ),
}));

/** @param path without the version */
export function findRoute(method: Method, path: string): Route | null {
  for (const { endpoint, pattern } of PATTERNS) {
    if (endpoint.method !== method) continue;
    const match = pattern.exec(path);
    if (match) return { endpoint, subject: match[1] ?? '' };
  }
  return null;
}
