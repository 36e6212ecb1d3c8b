/** What the engine is, as far as a learner needs to know. */
import { createHash } from 'node:crypto';
import { bodyOf, listOf } from '../answers/scrub.ts';
import type { GateHandler } from '../gate.ts';
import { BOUNDS } from '../limits.ts';
import type { Filters } from '../policy/query.ts';
import type { GateEvent } from '../streams/events.ts';
import { listContainers } from './containers.ts';
import { listImages } from './images.ts';
import { listVolumes } from './volumes.ts';

export const ping: GateHandler = async ({ exchange }) => {
  exchange.reply.whole(200, 'text/plain; charset=utf-8', 'OK', {
    'Builder-Version': '1',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
  });
};

export const version: GateHandler = async ({ session, exchange }) => {
  const { facts } = session;
  const common = {
    Version: facts.version,
    ApiVersion: facts.apiVersion,
    MinAPIVersion: facts.apiVersion,
    Os: 'linux',
    Arch: facts.architecture,
  };
  const details = { ApiVersion: facts.apiVersion, MinAPIVersion: facts.apiVersion, Os: 'linux', Arch: facts.architecture };
  exchange.reply.json(200, {
    Platform: { Name: '' },
    Components: [{ Name: 'Engine', Version: facts.version, Details: details }],
    ...common,
  });
};

export const info: GateHandler = async ({ session, exchange }) => {
  const { facts, config } = session;
  const all = await listContainers(session, {}, true);
  const count = (...states: string[]): number => all.filter(({ State }) => states.includes(String(State))).length;
  exchange.reply.json(200, {
    ID: createHash('sha256').update(config.sessionId).digest('hex').slice(0, 32),
    Name: 'ops-lab',
    ServerVersion: facts.version,
    OperatingSystem: 'Ops Lab session',
    OSType: 'linux',
    Architecture: facts.architecture === 'amd64' ? 'x86_64' : facts.architecture,
    // What keeps the layers is the engine's own matter.
    Driver: 'overlay2',
    DriverStatus: [],
    CgroupVersion: facts.cgroupVersion,
    LoggingDriver: 'json-file',
    Containers: all.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('created', 'exited', 'dead'),
    Images: (await listImages(session, {}, false)).length,
    NCPU: Math.min(facts.processors, Math.ceil(config.limits.nanoCpus / 1e9)),
    MemTotal: Math.min(config.limits.memory, facts.memory || config.limits.memory),
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    OomKillDisable: true,
    IPv4Forwarding: true,
    BridgeNfIptables: true,
    BridgeNfIp6tables: true,
    DefaultRuntime: 'runc',
    InitBinary: 'docker-init',
    IndexServerAddress: '',
    SecurityOptions: [],
    Warnings: [],
  });
};

export const plugins: GateHandler = async ({ exchange }) => exchange.reply.json(200, []);

export const diskUse: GateHandler = async ({ session, exchange }) => {
  const [all, images, volumes] = [
    await listContainers(session, {}, true),
    await listImages(session, {}, false),
    await listVolumes(session, {}),
  ];
  const size = listOf(images).reduce((sum, image) => sum + Number(image.Size ?? 0), 0);
  exchange.reply.json(200, {
    LayersSize: size,
    Images: images,
    Containers: all,
    Volumes: volumes.map((volume) => ({ ...bodyOf(volume), UsageData: { Size: -1, RefCount: -1 } })),
    BuildCache: [],
    BuilderSize: 0,
  });
};

function toNanoseconds(seconds: string): bigint {
  const [whole = '0', fraction = ''] = seconds.replace('-', '').split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

function wanted(filters: Filters, event: GateEvent): boolean {
  const { name = '', image = '', container = '' } = event.attributes;
  const verb = event.action.split(':')[0] ?? '';
  const about = (kind: string, values: readonly string[]): boolean =>
    values.some(
      (value) =>
        (event.type === kind && (value === name || event.id.startsWith(value))) ||
        (kind === 'container' && container.startsWith(value) && value.length >= 12),
    );
  const tests: Readonly<Record<string, (values: readonly string[]) => boolean>> = {
    type: (values) => values.includes(event.type),
    event: (values) => values.includes(event.action) || values.includes(verb),
    container: (values) => about('container', values),
    network: (values) => about('network', values),
    volume: (values) => about('volume', values),
    image: (values) =>
      values.some(
        (value) =>
          value === image || `${value}:latest` === image || (event.type === 'image' && (value === name || `${value}:latest` === name)),
      ),
    label: (values) =>
      values.every((value) => {
        const [key = '', ...rest] = value.split('=');
        return Object.hasOwn(event.attributes, key) && (rest.length === 0 || event.attributes[key] === rest.join('='));
      }),
    scope: (values) => values.includes('local'),
    daemon: () => false,
  };
  return Object.entries(filters).every(([key, values]) => values.length === 0 || (tests[key]?.(values) ?? false));
}

function line({ type, action, id, at, attributes }: GateEvent): string {
  const event = {
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Number(at / 1_000_000_000n),
    timeNano: Number(at),
  };
  const older = type === 'container' ? { status: action, id, from: attributes.image ?? '' } : {};
  // A number of nanoseconds is more than JavaScript holds exactly: its digits are put in by hand.
  return `${JSON.stringify({ ...older, ...event }).replace(/"timeNano":[^}]*/, `"timeNano":${at}`)}\n`;
}

export const events: GateHandler = async ({ session, events: hub, query, exchange }) => {
  const { reply, signal } = exchange;
  const since = query.text('since') === '' ? null : toNanoseconds(query.text('since'));
  const until = query.text('until') === '' ? null : toNanoseconds(query.text('until'));
  const begin = BigInt(session.startedAt) * 1_000_000n;
  const queue: GateEvent[] = [];
  let wake: (() => void) | null = null;
  let behind = false;
  reply.begin(200, 'application/json');
  const end = hub.subscribe(
    (event) => {
      if (!wanted(query.filters(), event) || (until !== null && event.at > until)) return;
      if (queue.length >= BOUNDS.eventBacklog) behind = true;
      else queue.push(event);
      wake?.();
    },
    since === null ? null : since > begin ? since : begin,
  );
  const stop = (): void => wake?.();
  signal.addEventListener('abort', stop);
  const left = until === null ? null : Math.max(0, Number(until / 1_000_000n) - Date.now());
  let over = left === 0;
  const timer =
    left !== null && left > 0
      ? setTimeout(
          () => {
            over = true;
            wake?.();
          },
          Math.min(left, 2 ** 31 - 1),
        )
      : undefined;
  try {
    while (!signal.aborted && !behind) {
      const event = queue.shift();
      if (event) await reply.write(line(event));
      else if (over) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    reply.end();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    end();
  }
};
