/** Containers of the session: listed, shown, started, stopped, renamed, changed, removed. */
import { containerAnswer, containerItem } from '../answers/container.ts';
import { type Body, bodyOf, listOf } from '../answers/scrub.ts';
import { compareVersions, type EngineCall } from '../engine-client.ts';
import type { GateHandler, GateRequest } from '../gate.ts';
import { isEmpty, rebuild } from '../json/rebuild.ts';
import { isObject, type Json } from '../json/strict-json.ts';
import type { OwnRow } from '../ledger.ts';
import { limitsOf, restartPolicy } from '../policy/forced.ts';
import type { Filters, Query } from '../policy/query.ts';
import { bad, conflict, denied, limited, Refusal } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { containerFilter } from './container-filter.ts';
import { assertInnerPaths } from './inner-paths.ts';
import { followName } from './networks.ts';
import { removeAnonymous } from './volumes.ts';

const LONG_CALL = 90_000;
/** Of containers that `docker ps` shows without `--all`. */
const RUNNING_STATES = ['running', 'paused', 'restarting'];

/** The session's containers as the engine lists them. @param all also those that do not run */
export async function engineList(session: GateSession, all: boolean, size = false): Promise<{ row: OwnRow; item: Body }[]> {
  const ids = session.ledger.own('container').map(({ id }) => id);
  if (ids.length === 0) return [];
  const list = await session.engine.call<unknown>({
    method: 'GET',
    path: '/containers/json',
    query: { all: all ? 1 : 0, ...(size ? { size: 1 } : {}), filters: JSON.stringify({ id: ids }) },
  });
  return listOf(list).flatMap((item) => {
    const row = session.ledger.byId('container', String(item.Id));
    return row ? [{ row, item }] : [];
  });
}

/**
 * @param all also those that do not run
 * @param size with sizes, which make the engine walk through layers
 * @throws Refusal 400 for a filter's value that is none, 404 for a container that is not there
 */
export async function listContainers(
  session: GateSession,
  filters: Filters,
  all: boolean,
  size = false,
): Promise<Record<string, unknown>[]> {
  const everything = all || (filters.status ?? []).length > 0 || (filters.exited ?? []).length > 0;
  // A container that others are compared with need not run itself.
  const compared = [...(filters.before ?? []), ...(filters.since ?? [])].length > 0;
  const list = await engineList(session, everything || compared, size);
  const found = containerFilter(
    session,
    filters,
    list.map(({ row, item }) => ({ row, item: containerItem(session, row, item) })),
  );
  return everything ? found : found.filter(({ State }) => RUNNING_STATES.includes(String(State)));
}

export const containers: GateHandler = async ({ session, query, exchange }) => {
  const size = query.flag('size');
  if (size && !session.sizes.take()) throw limited('sizes are looked up a few times a minute. Leave -s out, or wait a little.');
  const limit = query.whole('limit') ?? 0;
  const list = await listContainers(session, query.filters(), query.flag('all') || limit > 0, size);
  exchange.reply.json(200, limit > 0 ? list.slice(0, limit) : list);
};

/** The engine's own words about a container, not scrubbed. @throws EngineRefusal 404 when it is gone */
export async function inspect(session: GateSession, row: OwnRow, size = false): Promise<Body> {
  return bodyOf(await session.engine.call({ method: 'GET', path: `/containers/${row.id}/json`, query: size ? { size: 1 } : {} }));
}

export const inspectContainer: GateHandler = async ({ session, subject, query, exchange }) => {
  const row = session.context.container(subject);
  const size = query.flag('size');
  if (size && !session.sizes.take()) throw limited('sizes are looked up a few times a minute. Leave -s out, or wait a little.');
  exchange.reply.json(200, containerAnswer(session, row, await inspect(session, row, size)));
};

/** A call whose answer is a status and nothing else. */
async function simply(request: GateRequest, call: EngineCall, then: () => Promise<void> = async () => {}): Promise<void> {
  const { session, exchange } = request;
  const { status, body } = await session.engine.ask(call);
  if (status >= 400) throw new Refusal(status, session.scrub(String(bodyOf(body).message ?? 'the engine refused')));
  await then();
  exchange.reply.empty(status === 304 ? 304 : 204);
}

/** Those that run or are just being started, this one apart. */
async function others(session: GateSession, row: OwnRow | null): Promise<OwnRow[]> {
  const running = (await engineList(session, false)).map((other) => other.row.id);
  const ids = new Set([...running, ...session.starting.ids()]);
  // The rows as they are now: an update may have changed one since it was asked for.
  return session.ledger.own('container').filter(({ id }) => id !== row?.id && ids.has(id));
}

/**
 * Builds count with what a step of theirs may have.
 * @param wanted memory in bytes and processes of this one
 * @throws Refusal when all that runs would have more than the lab gives
 */
function assertRoom(session: GateSession, running: readonly OwnRow[], wanted: { readonly memory: number; readonly pids: number }): void {
  const { limits } = session.config;
  const ofBuild = { memory: limits.containerMemory, pids: limits.containerPids };
  const sum = (what: 'memory' | 'pids'): number =>
    running.reduce((total, { notes }) => total + (notes[what] ?? 0), wanted[what] + session.builds.used * ofBuild[what]);
  if (sum('memory') > limits.memory)
    throw limited(
      `${Math.floor(limits.memory / 1024 ** 2)} MB of memory for all running containers. Stop one, or run this one with less (-m).`,
    );
  if (sum('pids') > limits.pids)
    throw limited(`${limits.pids} processes for all running containers. Stop one, or run this one with less (--pids-limit).`);
}

/** For a build that has its place already. @throws Refusal when all that runs would have more than the lab gives */
export function assertRoomForBuild(session: GateSession): Promise<void> {
  return session.starts.run(async () => assertRoom(session, await others(session, null), { memory: 0, pids: 0 }));
}

/** The checks before a container of ours runs: nobody but the gate has shaped it, its ports are free, the lab has room. */
async function beforeStart(session: GateSession, row: OwnRow): Promise<void> {
  const body = await inspect(session, row);
  // Also of one that runs: it may be about to start again.
  await assertInnerPaths(session, body);
  if (bodyOf(body.State).Running === true || row.notes.service) return;
  await session.disk.assertRoom();
  const host = bodyOf(body.HostConfig);
  const binds = Array.isArray(host.Binds) ? host.Binds : [];
  if (host.Privileged !== false || binds.length > 0 || !(Number(host.Memory) > 0) || !(Number(host.PidsLimit) > 0)) {
    throw denied('This container is not as the lab made it. Remove it and create it again.');
  }
  const running = await others(session, row);
  for (const { container, host: port } of row.notes.ports ?? []) {
    const protocol = container.split('/')[1];
    const holder = running.find(({ notes }) =>
      notes.ports?.some((taken) => taken.host === port && taken.container.endsWith(`/${protocol}`)),
    );
    if (holder) {
      throw new Refusal(
        500,
        `driver failed programming external connectivity on endpoint ${row.name} (${row.id}): Bind for 0.0.0.0:${port} failed: port is already allocated`,
      );
    }
  }
  assertRoom(session, running, { memory: row.notes.memory ?? 0, pids: row.notes.pids ?? 0 });
}

async function guardedStart(request: GateRequest, call: (row: OwnRow) => EngineCall): Promise<void> {
  const { session, subject } = request;
  const row = session.context.container(subject);
  let started = (): void => {};
  try {
    // One after the other, so that two do not both find the last place free.
    await session.starts.run(async () => {
      await beforeStart(session, session.context.container(row.id));
      started = session.starting.take(row.id);
    });
    await session.ports.listen(row);
    await simply(request, call(row), async () => {
      await session.ports.connect(row);
      session.tellRebuilt(row.id);
    });
  } catch (error) {
    session.ports.close(row.id);
    // As the engine does it: the client of a run --rm waits until its container is gone. One that runs all the same stays.
    if (row.notes.autoRemove) await remove(session, row, true, false).catch(() => {});
    throw error;
  } finally {
    started();
  }
}

export const startContainer: GateHandler = (request) =>
  guardedStart(request, (row) => ({ method: 'POST', path: `/containers/${row.id}/start`, timeoutMs: LONG_CALL }));

export const restartContainer: GateHandler = (request) =>
  guardedStart(request, (row) => ({
    method: 'POST',
    path: `/containers/${row.id}/restart`,
    query: stopQuery(request.query, request.session),
    timeoutMs: LONG_CALL,
  }));

/** Engines take a signal for `stop` and `restart` from API 1.42 on. */
function stopQuery(query: Query, { facts }: GateSession): EngineCall['query'] {
  const seconds = query.whole('t');
  const signal = compareVersions(facts.apiVersion, '1.42') < 0 ? '' : query.text('signal');
  return { t: seconds === undefined ? undefined : seconds < 0 ? 60 : seconds, ...(signal === '' ? {} : { signal }) };
}

const lifecycle =
  (verb: string, more: (query: Query, session: GateSession) => EngineCall['query'] = () => ({})): GateHandler =>
  (request) => {
    const row = request.session.context.container(request.subject);
    return simply(request, {
      method: 'POST',
      path: `/containers/${row.id}/${verb}`,
      query: more(request.query, request.session) ?? {},
      timeoutMs: LONG_CALL,
    });
  };

export const stopContainer = lifecycle('stop', stopQuery);
export const killContainer = lifecycle('kill', (query) => ({ signal: query.text('signal') || undefined }));
export const pauseContainer = lifecycle('pause');
export const unpauseContainer = lifecycle('unpause');

/** The engine's words for a name that is taken. */
export function nameTaken(name: string, id: string | null): Refusal {
  return conflict(
    `Conflict. The container name "/${name}" is already in use by container "${id ?? ''}". You have to remove (or rename) that container to be able to reuse that name.`,
  );
}

/** Throws when a container of that name is there; one that removed itself in the meantime gives its name back. */
export async function assertNameFree(session: GateSession, name: string): Promise<void> {
  const holder = session.ledger.named('container', name);
  if (!holder) return;
  if (holder.id !== null) {
    const { status } = await session.engine.ask({ method: 'GET', path: `/containers/${holder.id}/json` });
    if (status === 404) {
      session.ledger.remove(holder);
      return;
    }
  }
  throw nameTaken(name, holder.id);
}

export const renameContainer: GateHandler = async ({ session, subject, query, exchange }) => {
  const row = session.context.container(subject);
  const name = session.names.check('container', query.text('name').replace(/^\//, ''));
  await assertNameFree(session, name);
  const holder = session.ledger.named('container', name);
  if (holder) throw nameTaken(name, holder.id);
  // The name is taken before the engine is asked, so that nobody else takes it meanwhile.
  session.ledger.change(row, { name });
  try {
    await session.engine.call({ method: 'POST', path: `/containers/${row.id}/rename`, query: { name: session.names.mangle(name) } });
  } catch (error) {
    session.ledger.change(row, { name: row.name });
    throw error;
  }
  await followName(session, row, name);
  session.tellRebuilt(row.id);
  exchange.reply.empty(204);
};

const whole = {
  rule: (value: Json, path: string): Json => {
    if (typeof value !== 'number') throw bad(`${path}: not a number`);
    return value;
  },
};

export const updateContainer: GateHandler = async ({ session, subject, json, exchange }) => {
  const row = session.context.container(subject);
  const ignored = Object.fromEntries(
    ['CpuShares', 'CpuRealtimePeriod', 'CpusetCpus', 'CpusetMems', 'BlkioWeight', 'MemorySwap', 'MemoryReservation'].map((name) => [
      name,
      { rule: () => undefined },
    ]),
  );
  const asked = rebuild(json, {
    ...ignored,
    Memory: whole,
    NanoCpus: whole,
    PidsLimit: whole,
    CpuQuota: whole,
    CpuPeriod: whole,
    RestartPolicy: { rule: restartPolicy },
  });
  // `no` is what the engine has without a policy, so the rule leaves it out.
  const noRestart = isObject(json.RestartPolicy) && json.RestartPolicy.Name === 'no';
  const given = Object.values(json).some((value) => !isEmpty(value) && !(isObject(value) && Object.values(value).every(isEmpty)));
  if (!given) throw bad('You must provide one or more flags when using this command.');
  if (Object.keys(asked).length === 0 && !noRestart)
    return exchange.reply.json(200, { Warnings: ['Nothing of that is for the learner to choose in this lab: nothing was changed.'] });
  const policy = noRestart ? { Name: 'no', MaximumRetryCount: 0 } : asked.RestartPolicy;
  if (row.notes.service && policy !== undefined) throw denied('RestartPolicy: the lab decides how this container is restarted.');
  const limits = limitsOf(session.config.limits, asked, session.facts.limitedProcessors);
  const body = {
    ...(asked.Memory === undefined ? {} : { Memory: limits.Memory, MemorySwap: limits.MemorySwap }),
    ...(asked.NanoCpus === undefined && asked.CpuQuota === undefined ? {} : { NanoCpus: limits.NanoCpus }),
    ...(asked.PidsLimit === undefined ? {} : { PidsLimit: limits.PidsLimit }),
    ...(policy === undefined ? {} : { RestartPolicy: policy }),
  };
  const notes = {
    ...(asked.Memory === undefined ? {} : { memory: limits.Memory }),
    ...(asked.PidsLimit === undefined ? {} : { pids: limits.PidsLimit }),
  };
  await session.starts.run(async () => {
    const { State } = await inspect(session, row);
    const now = session.context.container(row.id);
    if (bodyOf(State).Running === true || session.starting.has(row.id))
      assertRoom(session, await others(session, row), { memory: 0, pids: 0, ...now.notes, ...notes });
    await session.engine.call({ method: 'POST', path: `/containers/${row.id}/update`, body });
    session.ledger.change(row, { notes });
  });
  exchange.reply.json(200, { Warnings: [] });
};

async function remove(session: GateSession, row: OwnRow, volumes: boolean, force: boolean): Promise<void> {
  await session.engine.call({
    method: 'DELETE',
    path: `/containers/${row.id}`,
    query: { v: volumes ? 1 : 0, force: force ? 1 : 0 },
    timeoutMs: LONG_CALL,
  });
  session.ledger.remove(row);
  if (volumes) await removeAnonymous(session, row);
}

export const removeContainer: GateHandler = async ({ session, subject, query, exchange }) => {
  await remove(session, session.context.container(subject), query.flag('v'), query.flag('force'));
  exchange.reply.empty(204);
};

/** Filters of a prune would have to be read as the engine reads them; the lab has few objects, so they are named instead. */
export function refuseSelection(filters: Filters): void {
  for (const key of ['label', 'label!', 'until'])
    if ((filters[key] ?? []).length > 0) throw denied(`the filter ${key} is not part of prune in this lab`);
}

export const pruneContainers: GateHandler = async ({ session, query, exchange }) => {
  refuseSelection(query.filters());
  const stopped = (await engineList(session, true)).filter(({ item }) => ['created', 'exited', 'dead'].includes(String(item.State)));
  const deleted: string[] = [];
  for (const { row } of stopped) {
    try {
      await remove(session, row, false, false);
      deleted.push(row.id);
    } catch {
      // It has been started, or somebody else removed it.
    }
  }
  exchange.reply.json(200, { ContainersDeleted: deleted, SpaceReclaimed: 0 });
};
