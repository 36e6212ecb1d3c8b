/** Volumes of the session. */
import { randomBytes } from 'node:crypto';
import { type Body, bodyOf, listOf, pick, plainLabels } from '../answers/scrub.ts';
import { compareVersions, EngineRefusal } from '../engine-client.ts';
import type { GateHandler } from '../gate.ts';
import { rebuild, refuse, text } from '../json/rebuild.ts';
import type { OwnRow } from '../ledger.ts';
import { labelRule } from '../policy/labels.ts';
import type { Filters } from '../policy/query.ts';
import { conflict, denied, missing, Refusal } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { labelMatches, nameMatches, valuesMatch } from './container-filter.ts';
import { refuseSelection } from './containers.ts';

/** The name that a volume gets which is not given one. */
const UNNAMED = /^[0-9a-f]{64}$/;

function answer(row: OwnRow, body: Body): Record<string, unknown> {
  return {
    ...pick(body, ['CreatedAt']),
    Name: row.name,
    Driver: 'local',
    Mountpoint: '',
    Labels: plainLabels(body.Labels),
    Options: null,
    Scope: 'local',
  };
}

/** The volume of that name, made when it is not there. Two that want it at once get one. */
export function createNamedVolume(session: GateSession, name: string, labels: Record<string, string>): Promise<OwnRow> {
  return session.volumeTurns.run(async () => {
    const own = session.ledger.own('volume').find((row) => row.name === name);
    if (own) return own;
    return session.make('volume', name, { labels }, session.config.limits.volumes, async () => {
      const Name = session.names.mangle(name);
      await session.engine.call({
        method: 'POST',
        path: '/volumes/create',
        body: { Name, Driver: 'local', DriverOpts: {}, Labels: { ...labels, ...session.context.labels('volume', name) } },
      });
      return Name;
    });
  });
}

async function inspect(session: GateSession, row: OwnRow): Promise<Body> {
  return bodyOf(await session.engine.call({ method: 'GET', path: `/volumes/${row.id}` }));
}

/** @returns the session's own volumes */
export async function listVolumes(session: GateSession, filters: Filters): Promise<Record<string, unknown>[]> {
  const own = session.ledger.own('volume');
  if (own.length === 0) return [];
  const label = Object.entries(session.config.labels).map(([key, value]) => `${key}=${value}`);
  const body = bodyOf(
    await session.engine.call({ method: 'GET', path: '/volumes', query: { filters: JSON.stringify(label.length > 0 ? { label } : {}) } }),
  );
  const list = listOf(body.Volumes).flatMap((volume) => {
    const row = session.ledger.byId('volume', String(volume.Name));
    return row ? [answer(row, volume)] : [];
  });
  const used = new Set(session.ledger.own('container').flatMap((row) => row.notes.mounts?.map(({ name }) => name) ?? []));
  const tests: Readonly<Record<string, (volume: Record<string, unknown>, value: string) => boolean>> = {
    name: (volume, value) => nameMatches(value, String(volume.Name)),
    label: (volume, value) => labelMatches(value, bodyOf(volume.Labels)),
    driver: (_volume, value) => value === 'local',
    dangling: (volume, value) => used.has(String(volume.Name)) !== ['1', 'true'].includes(value),
  };
  return list.filter((volume) =>
    Object.entries(filters).every(([key, values]) => valuesMatch(key, values, (value) => tests[key]?.(volume, value) ?? false)),
  );
}

export const volumes: GateHandler = async ({ session, query, exchange }) => {
  exchange.reply.json(200, { Volumes: await listVolumes(session, query.filters()), Warnings: [] });
};

export const inspectVolume: GateHandler = async ({ session, subject, exchange }) => {
  const row = session.context.volume(subject);
  exchange.reply.json(200, answer(row, await inspect(session, row)));
};

export const createVolume: GateHandler = async ({ session, json, exchange }) => {
  const { Name, Labels = {} } = rebuild(json, {
    Name: { rule: text(400) },
    Driver: { rule: (value, path) => (value === 'local' ? undefined : refuse('volumes are local.')(value, path)) },
    DriverOpts: { rule: refuse('options of a volume can name folders and devices of this computer.') },
    Labels: { rule: labelRule },
    ClusterVolumeSpec: { rule: refuse('there is no cluster.') },
  }) as { Name?: string; Labels?: Record<string, string> };
  const name = Name === undefined ? randomBytes(32).toString('hex') : session.names.check('volume', Name);
  const row = await createNamedVolume(session, name, Labels);
  exchange.reply.json(201, answer(row, await inspect(session, row)));
};

/**
 * A container that is being made has its volumes already, although the engine knows of no use: what went away then, the engine
 * would make anew by itself, without labels and outside of the ledger.
 */
function remove(session: GateSession, row: OwnRow): Promise<void> {
  const { ledger, engine } = session;
  return session.volumeTurns.run(async () => {
    // Its name may be that of another one by now.
    if (ledger.byId('volume', row.id)?.key !== row.key) throw missing('volume', row.name);
    const holder = ledger
      .rows('container')
      .find(({ state, notes }) => state === 'intent' && notes.mounts?.some(({ type, name }) => type === 'volume' && name === row.name));
    if (holder) throw conflict(`remove ${row.name}: volume is in use - [${holder.name}]`);
    await engine.call({ method: 'DELETE', path: `/volumes/${row.id}` }, [404]);
    ledger.remove(row);
  });
}

export const removeVolume: GateHandler = async ({ session, subject, exchange }) => {
  if (subject === session.config.workspacePath) throw denied('This volume is your folder.');
  await remove(session, session.context.volume(subject));
  exchange.reply.empty(204);
};

/** Volumes without a name go with their container, unless another one has them too. */
export async function removeAnonymous(session: GateSession, { notes }: Pick<OwnRow, 'notes'>): Promise<void> {
  for (const name of notes.anonymous ?? []) {
    const row = session.ledger.own('volume').find((volume) => volume.name === name);
    if (row) await remove(session, row).catch(() => {});
  }
}

/** Engines from API 1.42 on spare a volume that somebody named, unless `--all` is given; older ones take each that is not in use. */
function prunes(session: GateSession, { all = [] }: Filters): (row: OwnRow) => boolean {
  if (compareVersions(session.facts.apiVersion, '1.42') < 0 || all.some((value) => ['1', 'true'].includes(value))) return () => true;
  return (row) => UNNAMED.test(row.name);
}

export const pruneVolumes: GateHandler = async ({ session, query, exchange }) => {
  refuseSelection(query.filters());
  const deleted: string[] = [];
  for (const row of session.ledger.own('volume').filter(prunes(session, query.filters()))) {
    try {
      await remove(session, row);
      deleted.push(row.name);
    } catch (error) {
      // In use: that is what prune leaves alone.
      if (!(error instanceof EngineRefusal || error instanceof Refusal)) throw error;
    }
  }
  exchange.reply.json(200, { VolumesDeleted: deleted, SpaceReclaimed: 0 });
};
