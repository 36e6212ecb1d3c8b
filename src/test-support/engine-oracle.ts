/** Says whether a request that reached the engine is one that may. It reads bodies as Go would, not as the gate wrote them. */
import { fold, type GoValue, goDecode } from './go-json.ts';
import { hereDocument } from './here-document.ts';
import type { Recorded, RecordingEngine } from './recording-engine.ts';

export interface OracleKnowledge {
  readonly engine: RecordingEngine;
  readonly sessionId: string;
  readonly network: string;
  readonly workspace: string;
  readonly images: readonly string[];
}

const ID = '[0-9a-f]{64}';
/** All that a gate ever asks of an engine. */
const TARGETS: readonly RegExp[] = [
  /^GET \/(?:version|info)$/,
  /^GET \/events\?/,
  /^GET \/(?:containers|images|networks|volumes)(?:\/json)?(?:\?|$)/,
  new RegExp(`^GET /containers/${ID}/(?:json|top|logs|changes|stats|archive)(?:\\?|$)`),
  new RegExp(`^HEAD /containers/${ID}/archive\\?`),
  new RegExp(`^POST /containers/${ID}/(?:start|stop|restart|kill|pause|unpause|wait|resize|attach|exec|rename|update)(?:\\?|$)`),
  new RegExp(`^DELETE /containers/${ID}\\?`),
  /^POST \/containers\/create\?name=ops-lab-fixture000000001\.[\w.-]+$/,
  new RegExp(`^(?:POST|GET) /exec/${ID}/(?:start|resize|json)(?:\\?|$)`),
  new RegExp(`^(?:GET|DELETE) /networks/${ID}$`),
  new RegExp(`^POST /networks/${ID}/(?:connect|disconnect)$`),
  /^POST \/networks\/create$/,
  /^POST \/volumes\/create$/,
  /^(?:GET|DELETE) \/volumes\/ops-lab-fixture000000001\.[\w.-]+$/,
  new RegExp(`^GET /images/sha256:${ID}/(?:json|history)$`),
  new RegExp(`^POST /images/sha256:${ID}/tag\\?repo=ops-lab-session-fixture000000001%2F`),
  new RegExp(`^DELETE /images/(?:sha256:${ID}|ops-lab-session-fixture000000001/[\\w./:-]+)\\?`),
  /^POST \/build\?/,
];

const HEADERS = new Set(['host', 'connection', 'content-type', 'content-length', 'upgrade']);

/** @returns what is wrong, or null */
export function unsafe(request: Recorded, known: OracleKnowledge): string | null {
  const { engine } = known;
  const target = request.target.replace(/^\/v1\.41/, '');
  const line = `${request.method} ${target}`;
  if (!TARGETS.some((pattern) => pattern.test(line))) return `target: ${line}`;
  const stranger = Object.keys(request.headers).find((name) => !HEADERS.has(name));
  if (stranger) return `header: ${stranger}`;
  if (request.headers.connection !== 'close' && request.headers.upgrade !== 'tcp') return 'connection';
  const allowedIds = new Set([...engine.ids, known.network, ...known.images.map((image) => image.slice(7))]);
  for (const id of decodeURIComponent(target).match(/[0-9a-f]{64}/g) ?? [])
    if (!allowedIds.has(id) && !/^\/(?:volumes\/|build)/.test(target)) return `a foreign id: ${id}`;
  const hasBody = request.body.length > 0;
  if (!hasBody) return null;
  if (target.startsWith('/build')) return unsafeBuild(target, request.body.toString('latin1'), known);
  if (request.headers['content-type'] !== 'application/json') return 'a body that is not JSON';
  const body = goDecode(request.body.toString('utf8')) as { [key: string]: GoValue };
  if (target.startsWith('/containers/create')) return unsafeContainer(body, known);
  if (/\/exec$/.test(target)) return body.privileged ? 'a privileged exec' : null;
  if (target === '/networks/create') return unsafeNetwork(body);
  if (target === '/volumes/create')
    return isZero(body.driveropts) && body.driver === 'local' && isZero(body.clustervolumespec) ? null : 'a volume with options';
  if (/\/(?:start|restart)$/.test(target) && !/\/exec\//.test(target)) return 'a start with a body';
  return null;
}

function isZero(value: GoValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const MUST_BE_ZERO = [
  'binds',
  'volumesfrom',
  'links',
  'devices',
  'devicecgrouprules',
  'devicerequests',
  'pidmode',
  'utsmode',
  'usernsmode',
  'cgroup',
  'cgroupparent',
  'runtime',
  'storageopt',
  'groupadd',
  'annotations',
  'oomscoreadj',
  'oomkilldisable',
  'privileged',
  'publishallports',
  'portbindings',
  'volumedriver',
  'isolation',
  'sysctls',
  'kernelmemory',
  'blkioweightdevice',
  'blkiodevicereadbps',
  'blkiodevicewritebps',
  'blkiodevicereadiops',
  'blkiodevicewriteiops',
  'cpurealtimeperiod',
  'cpurealtimeruntime',
  'capabilities',
  'containeridfile',
];
const CONFIG = new Set(
  [
    'Image',
    'Cmd',
    'Entrypoint',
    'Env',
    'WorkingDir',
    'User',
    'Tty',
    'OpenStdin',
    'StdinOnce',
    'AttachStdin',
    'AttachStdout',
    'AttachStderr',
    'NetworkDisabled',
    'ArgsEscaped',
    'Labels',
    'Hostname',
    'Domainname',
    'ExposedPorts',
    'Healthcheck',
    'StopSignal',
    'StopTimeout',
    'HostConfig',
    'NetworkingConfig',
  ].map(fold),
);

function unsafeContainer(body: { [key: string]: GoValue }, known: OracleKnowledge): string | null {
  const stray = Object.keys(body).find((key) => !CONFIG.has(key));
  if (stray !== undefined) return `a top-level field ${stray}`;
  const host = body.hostconfig as { [key: string]: GoValue };
  const set = MUST_BE_ZERO.find((name) => !isZero(host[name]));
  if (set !== undefined) return `HostConfig.${set} is set`;
  if (JSON.stringify(host.dns) !== '["127.0.0.1"]') return 'another resolver';
  if ('maskedpaths' in host || 'readonlypaths' in host) return 'masking is switched off';
  if (!known.images.includes(String(body.image)) && !known.engine.ids.has(String(body.image).slice(7)))
    return `image ${String(body.image)}`;
  if (JSON.stringify(host.capdrop) !== '["ALL"]' || !isZero(host.capadd)) return 'capabilities';
  const options = host.securityopt as string[];
  if (options.length !== 2 || options[0] !== 'no-new-privileges:true' || !options[1]?.startsWith('seccomp={')) return 'security options';
  if (host.ipcmode !== 'private' || host.cgroupnsmode !== 'private') return 'shared namespaces';
  for (const [name, most] of [
    ['memory', 512 * 1024 ** 2],
    ['pidslimit', 128],
    ['nanocpus', 2e9],
    ['shmsize', 64 * 1024 ** 2],
  ] as const) {
    if (!(Number(host[name]) > 0 && Number(host[name]) <= most)) return `${name} ${String(host[name])}`;
  }
  if (host.memory !== host.memoryswap) return 'swap';
  if ((host.logconfig as { type?: string }).type !== 'json-file') return 'log driver';
  const policy = host.restartpolicy as { name?: string; maximumretrycount?: number } | undefined;
  if (policy && !(policy.name === 'on-failure' && Number(policy.maximumretrycount) <= 3)) return 'restart policy';
  for (const mount of (host.mounts ?? []) as {
    type?: string;
    source?: string;
    target?: string;
    volumeoptions?: { [key: string]: GoValue };
  }[]) {
    if (mount.type !== 'volume') return `a mount of type ${mount.type}`;
    if (mount.source !== known.workspace && !/^ops-lab-fixture000000001\.[A-Za-z0-9][\w.-]*$/.test(mount.source ?? ''))
      return `a mount of ${mount.source}`;
    if (!mount.target?.startsWith('/') || mount.target.includes('..')) return `a mount at ${mount.target}`;
    if (Object.keys(mount.volumeoptions ?? {}).some((key) => key !== 'nocopy')) return 'volume options';
  }
  for (const options_ of Object.values((host.tmpfs ?? {}) as { [key: string]: string }))
    if (!/^rw,noexec,nosuid,nodev,size=\d+$/.test(options_)) return `tmpfs ${options_}`;
  for (const limit of host.ulimits as { name: string; hard: number }[])
    if (!['nofile', 'nproc', 'core', 'fsize'].includes(limit.name) || limit.hard < 0) return `ulimit ${limit.name}`;
  const labels = body.labels as { [key: string]: GoValue };
  if (labels['io.ops-lab.session'] !== known.sessionId) return 'the label of the session';
  return unsafeNetworks(
    String(host.networkmode),
    (body.networkingconfig as { endpointsconfig?: { [key: string]: GoValue } } | undefined)?.endpointsconfig ?? {},
    known,
  );
}

function unsafeNetworks(mode: string, endpoints: { [key: string]: GoValue }, known: OracleKnowledge): string | null {
  const own = (id: string): boolean => id === known.network || known.engine.ids.has(id);
  if (mode !== 'none' && !own(mode)) return `network ${mode}`;
  for (const [id, settings] of Object.entries(endpoints)) {
    if (!own(id)) return `network ${id}`;
    if (Object.keys(settings as object).some((key) => key !== 'aliases' && key !== 'ipamconfig')) return 'endpoint settings';
  }
  return null;
}

function unsafeNetwork(body: { [key: string]: GoValue }): string | null {
  const options = Object.keys((body.options ?? {}) as object);
  if (body.driver !== 'bridge' || body.internal !== true || body.enableipv6 !== false || body.attachable !== false)
    return 'a network that is not internal';
  if (options.some((key) => key !== 'com.docker.network.bridge.inhibit_ipv4')) return `network options ${options}`;
  if (!isZero(body.configonly) || !isZero(body.configfrom) || !isZero(body.ingress) || !isZero(body.ipam)) return 'network settings';
  return /^ops-lab-fixture000000001\.[\w.-]+$/.test(String(body.name)) ? null : `network name ${String(body.name)}`;
}

const BUILD_KEYS = new Set([
  'dockerfile',
  'target',
  'buildargs',
  'labels',
  'nocache',
  'rm',
  'forcerm',
  'pull',
  'networkmode',
  'memory',
  'memswap',
  'cpuperiod',
  'cpuquota',
  'shmsize',
  'ulimits',
]);

/** @param archive the whole tar, latin1 */
function unsafeBuild(target: string, archive: string, known: OracleKnowledge): string | null {
  const query = new URL(`http://x${target}`).searchParams;
  const key = [...query.keys()].find((name) => !BUILD_KEYS.has(name));
  if (key !== undefined) return `build parameter ${key}`;
  if (query.get('networkmode') !== 'none' || query.get('pull') !== '0' || query.get('forcerm') !== '1') return 'build terms';
  const names: string[] = [];
  let dockerfile = '';
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.slice(at, at + 100).replace(/\0.*$/s, '');
    if (name === '') break;
    const size = Number.parseInt(archive.slice(at + 124, at + 135), 8);
    const type = archive[at + 156] ?? '';
    if (!'0125x'.includes(type)) return `archive type ${type}`;
    if (name.startsWith('/') || name.split('/').includes('..')) return `archive name ${name}`;
    if (name === query.get('dockerfile')) {
      if (type !== '0') return 'a Dockerfile that is no file';
      dockerfile = archive.slice(at + 512, at + 512 + size);
    }
    names.push(name);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  if (names.filter((name) => name === query.get('dockerfile')).length !== 1) return 'not one Dockerfile';
  return unsafeDockerfile(dockerfile, known);
}

function couldBeImage(name: string): boolean {
  return /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/.test(name);
}

/** With the classic builder's own grammar: comments, continuations, then instruction and the rest. */
function unsafeDockerfile(text: string, known: OracleKnowledge): string | null {
  if (/^\s*#/m.test(text) || /\\[ \t]*$/m.test(text)) return 'comments or continuations';
  const stages: string[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [name = '', ...rest] = line.trim().split(/[\t\v\f\r ]+/);
    const nested = name.toUpperCase() === 'ONBUILD' ? rest : [name, ...rest];
    const [word = '', ...args] = nested;
    const first = args.join(' ').replace(/^[\s\u0085]+/, '');
    // What is below would be text of it, and no instruction.
    if (hereDocument(line)) return `a here-document: ${line}`;
    switch (word.toUpperCase()) {
      case 'FROM':
        if (nested === rest) return 'a trigger FROM';
        if (
          !known.images.includes(args[0] ?? '') &&
          !stages.includes(args[0] ?? '') &&
          args[0] !== 'scratch' &&
          !known.engine.ids.has((args[0] ?? '').slice(7))
        )
          return `FROM ${args[0]}`;
        // A stage that the engine does not find is looked up as an image.
        if (args[2] && couldBeImage(args[2])) return `a stage that is called like an image: ${args[2]}`;
        if (args[2]) stages.push(args[2]);
        break;
      case 'ADD':
        return 'ADD';
      case 'RUN':
        if (first.startsWith('--')) return line;
        break;
      case 'COPY': {
        const from = /^(?:--chown=\S+ )?--from=(\S+)/.exec(first)?.[1];
        if (from !== undefined && !stages.includes(from) && !known.images.includes(from) && !known.engine.ids.has(from.slice(7)))
          return line;
        break;
      }
      case 'ARG':
      case 'CMD':
      case 'LABEL':
      case 'MAINTAINER':
      case 'EXPOSE':
      case 'ENV':
      case 'ENTRYPOINT':
      case 'VOLUME':
      case 'USER':
      case 'WORKDIR':
      case 'STOPSIGNAL':
      case 'HEALTHCHECK':
      case 'SHELL':
        break;
      default:
        return line;
    }
  }
  return text.includes(`"io.ops-lab.session"="${known.sessionId}"`) ? null : 'no label of the session';
}
