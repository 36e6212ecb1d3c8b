/**
 * A session of the gate before a small model of an engine in this process: containers, volumes and images with the engine's own
 * rules about what is in use, and answers that take a moment, so that requests overtake each other.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { completeConfig } from '../sidecar/gate/config.ts';
import { type EngineCall, EngineRefusal } from '../sidecar/gate/engine-client.ts';
import type { GateHandler, GateRequest } from '../sidecar/gate/gate.ts';
import type { JsonObject } from '../sidecar/gate/json/strict-json.ts';
import { Query } from '../sidecar/gate/policy/query.ts';
import { GateSession } from '../sidecar/gate/session.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const BASE_IMAGE = `sha256:${'a'.repeat(64)}`;
const SESSION = 'model00000000001';

export interface ModelContainer {
  readonly image: string;
  /** Names of volumes. */
  readonly mounts: readonly string[];
  memory: number;
  pids: number;
  running: boolean;
  /** The engine's lock of one container: start, inspect and update wait for each other. */
  lock: Promise<unknown>;
}

export interface ModelImage {
  readonly tags: Set<string>;
  readonly parent?: string;
  readonly size?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ModelEngine {
  readonly session: GateSession;
  readonly containers: Map<string, ModelContainer>;
  /** Labels by name; null of a volume that the engine made itself, since a container named it. */
  readonly volumes: Map<string, unknown>;
  /** Where volumes are on the disk, by name. */
  readonly folders: Map<string, string>;
  readonly images: Map<string, ModelImage>;
  /** Milliseconds of a start. */
  startMs: number;
  /** Called before an answer: a test holds a call back with it. */
  before: (call: EngineCall) => Promise<void>;
  /** Runs a handler as the gate would. */
  run(
    handler: GateHandler,
    given?: { subject?: string; query?: Record<string, string | Record<string, string[]>>; json?: object },
  ): Promise<ModelAnswer>;
}

export interface ModelAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** @param more of the gate's configuration */
export async function startModelEngine(more: Partial<Parameters<typeof completeConfig>[0]> = {}): Promise<ModelEngine> {
  const session = new GateSession(
    completeConfig({
      sessionId: SESSION,
      engineSocket: '/nonexistent',
      listenSocket: '/nonexistent',
      ledgerFile: join(temporaryDirectory(), 'ledger.jsonl'),
      sessionNetworkId: 'b'.repeat(64),
      terminalContainerId: 'c'.repeat(64),
      secret: 's'.repeat(40),
      allowedImages: [{ name: 'lab:latest', id: BASE_IMAGE }],
      labels: { 'io.ops-lab.session': SESSION },
      ...more,
    }),
  );
  const model: ModelEngine = {
    session,
    containers: new Map(),
    volumes: new Map(),
    folders: new Map(),
    images: new Map([[BASE_IMAGE, { tags: new Set(['lab:latest']) }]]),
    startMs: 50,
    before: async () => {},
    run: (handler, given) => run(session, handler, given),
  };
  const answer = async (call: EngineCall): Promise<unknown> => {
    await model.before(call);
    return answerOf(model, call);
  };
  vi.spyOn(session.engine, 'ask').mockImplementation(async (call) => {
    try {
      return { status: 200, body: await answer(call) };
    } catch (error) {
      if (error instanceof EngineRefusal) return { status: error.status, body: { message: error.message } };
      throw error;
    }
  });
  vi.spyOn(session.engine, 'call').mockImplementation(async (call, also = []) => {
    const { status, body } = await session.engine.ask(call);
    if (status >= 400 && !also.includes(status)) throw new EngineRefusal(status, String((body as { message: string }).message));
    return body as never;
  });
  await session.begin();
  return model;
}

async function run(
  session: GateSession,
  handler: GateHandler,
  { subject = '', query = {}, json = {} }: Parameters<ModelEngine['run']>[1] = {},
): Promise<ModelAnswer> {
  const parsed = new Query();
  for (const [key, value] of Object.entries(query)) parsed.set(key, value as never);
  let given: ModelAnswer = { status: 0, body: null };
  const reply = {
    json: (status: number, body: unknown) => {
      given = { status, body };
    },
    empty: (status: number) => {
      given = { status, body: null };
    },
  };
  const exchange = { reply, head: { method: 'POST' }, signal: new AbortController().signal };
  const request = {
    session,
    subject,
    query: parsed,
    json: json as JsonObject,
    contentType: 'application/x-tar',
    exchange,
    events: { onStranger: () => () => {} },
  };
  try {
    await handler(request as unknown as GateRequest);
  } catch (error) {
    const { status, message } = session.refusalOf(error);
    return { status, body: { message } };
  }
  return given;
}

let count = 0;
const newId = (): string => {
  count += 1;
  return count.toString(16).padStart(64, '0');
};

async function answerOf(model: ModelEngine, { method, path, query = {}, body }: EngineCall): Promise<unknown> {
  const [, kind = '', id = '', verb = ''] = /^\/([a-z]+)\/?(.*?)(?:\/(json|start|restart|update|tag|kill))?$/.exec(path) ?? [];
  const given = body as Record<string, never> | undefined;
  if (path === '/version') return { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Arch: 'amd64' };
  if (path === '/info') return { NCPU: 4, MemTotal: 16e9, DockerRootDir: '' };
  await sleep(3);
  if (kind === 'images') return imageAnswer(model, method, id, verb, query);
  if (kind === 'volumes') return volumeAnswer(model, method, id, given);
  if (path === '/containers/create') return createAnswer(model, given as never);
  if (path === '/containers/json')
    return [...model.containers]
      .filter(([, { running }]) => query.all === 1 || running)
      .map(([Id, { image, running }]) => ({ Id, ImageID: image, State: running ? 'running' : 'created' }));
  const container = model.containers.get(id);
  if (kind !== 'containers' || !container) throw new EngineRefusal(404, `no such thing: ${method} ${path}`);
  if (method === 'DELETE') return void model.containers.delete(id);
  const mine = container.lock.then(() => containerAnswer(model, id, container, verb, given));
  container.lock = mine.catch(() => {});
  return mine;
}

async function containerAnswer(
  model: ModelEngine,
  id: string,
  container: ModelContainer,
  verb: string,
  given: Record<string, number> = {},
): Promise<unknown> {
  if (verb === 'start' || verb === 'restart') {
    await sleep(model.startMs);
    container.running = true;
    return null;
  }
  if (verb === 'update') {
    container.memory = given.Memory ?? container.memory;
    container.pids = given.PidsLimit ?? container.pids;
    return null;
  }
  return {
    Id: id,
    Image: container.image,
    State: { Running: container.running },
    HostConfig: { Privileged: false, Memory: container.memory, PidsLimit: container.pids },
    Config: { WorkingDir: '' },
    Mounts: [],
    NetworkSettings: { Networks: {} },
  };
}

async function createAnswer(
  model: ModelEngine,
  given: { Image: string; HostConfig: { Memory: number; PidsLimit: number; Mounts?: { Source?: string; Type: string }[] } },
): Promise<unknown> {
  await sleep(20);
  const mounts = (given.HostConfig.Mounts ?? []).filter(({ Type }) => Type === 'volume').map(({ Source = '' }) => Source);
  // As the engine does it for a name that is not there.
  for (const name of mounts) if (!model.volumes.has(name)) model.volumes.set(name, null);
  const Id = newId();
  const { Memory: memory, PidsLimit: pids } = given.HostConfig;
  model.containers.set(Id, { image: given.Image, mounts, memory, pids, running: false, lock: Promise.resolve() });
  return { Id };
}

async function volumeAnswer(model: ModelEngine, method: string, id: string, given: Record<string, unknown> = {}): Promise<unknown> {
  await sleep(5);
  if (method === 'POST') {
    model.volumes.set(String(given.Name), given.Labels);
    return { Name: given.Name };
  }
  if (!model.volumes.has(id)) throw new EngineRefusal(404, `get ${id}: no such volume`);
  if (method === 'GET') return { Name: id, Mountpoint: model.folders.get(id) ?? '' };
  if ([...model.containers.values()].some(({ mounts }) => mounts.includes(id)))
    throw new EngineRefusal(409, `remove ${id}: volume is in use`);
  return void model.volumes.delete(id);
}

/** An image by its id or a tag; deleted as the classic engine does it. */
function imageAnswer(
  { images, containers }: ModelEngine,
  method: string,
  reference: string,
  verb: string,
  query: NonNullable<EngineCall['query']>,
): unknown {
  if (method === 'GET' && reference === 'json') reference = '';
  if (method === 'GET' && reference === '')
    return [...images].map(([Id, { parent = '', labels = {}, size = 0 }]) => ({ Id, ParentId: parent, Labels: labels, Size: size }));
  const found = [...images].find(([id, { tags }]) => id === reference || tags.has(reference));
  if (!found) throw new EngineRefusal(404, `No such image: ${reference}`);
  const [id, { tags, size = 0 }] = found;
  if (verb === 'json') return { Id: id, RepoTags: [...tags], Config: {}, RootFS: { Layers: [id] }, Size: size };
  if (verb === 'tag') {
    const tag = `${query.repo}:${query.tag}`;
    for (const image of images.values()) image.tags.delete(tag);
    return void tags.add(tag);
  }
  const last = tags.size <= 1;
  const held = [...containers.values()].some(({ image }) => image === id);
  if (reference === id && !last && query.force !== 1) throw new EngineRefusal(409, 'image is referenced in multiple repositories');
  if (last && held && query.force !== 1) throw new EngineRefusal(409, 'a container is using it');
  const hasChild = [...images.values()].some(({ parent }) => parent === id);
  if (hasChild && reference === id) throw new EngineRefusal(409, 'image has dependent child images');
  const untagged = reference === id ? [...tags] : [reference];
  for (const tag of untagged) tags.delete(tag);
  const answer: Record<string, string>[] = untagged.map((tag) => ({ Untagged: tag }));
  // By force the name goes, and the layers stay for as long as a container stands on them.
  if (tags.size > 0 || hasChild) return answer;
  images.delete(id);
  return [...answer, { Deleted: id }];
}
