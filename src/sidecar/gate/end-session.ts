/** The end of a session: all that it made is removed, by id, until nothing is left. Also after a crash, from ledger and labels. */
import { bodyOf, listOf } from './answers/scrub.ts';
import { detachResolver } from './name-service.ts';
import { CODE_LABEL } from './names.ts';
import type { GateSession } from './session.ts';

/** Rounds that may bring nothing; as long as something goes away, it goes on. */
const ROUNDS = 5;

interface Found {
  readonly kind: 'container' | 'network' | 'volume' | 'image';
  readonly id: string;
  /** Of an image: the one that it was made from. */
  readonly parent?: string;
}

/**
 * @param session begun, and no longer listening
 * @returns what could not be removed, as `container ID`; empty when all is gone
 */
export async function endSession(session: GateSession): Promise<string[]> {
  let left: Found[] = await find(session);
  for (let idle = 0; left.length > 0 && idle < ROUNDS; ) {
    if (idle > 0) await new Promise((resolve) => setTimeout(resolve, 200 * idle));
    await Promise.all(left.filter(({ kind }) => kind === 'container').map((one) => remove(session, one)));
    await Promise.all(left.filter(({ kind }) => kind === 'network' || kind === 'volume').map((one) => remove(session, one)));
    await removeImages(
      session,
      left.filter(({ kind }) => kind === 'image'),
    );
    const before = left.length;
    left = await find(session);
    idle = left.length < before ? 0 : idle + 1;
  }
  for (const row of session.ledger.rows()) if (!left.some(({ id }) => id === row.id)) session.ledger.remove(row);
  return left.map(({ kind, id }) => `${kind} ${id}`);
}

/** Children before their parents, which the engine does not let go before. */
async function removeImages(session: GateSession, images: readonly Found[]): Promise<void> {
  let waiting = images;
  while (waiting.length > 0) {
    const parents = new Set(waiting.map(({ parent }) => parent));
    const leaves = waiting.filter(({ id }) => !parents.has(id));
    for (const one of leaves) await remove(session, one);
    waiting = leaves.length > 0 ? waiting.filter(({ id }) => parents.has(id)) : [];
  }
}

async function remove(session: GateSession, { kind, id }: Found): Promise<void> {
  const calls = {
    container: { path: `/containers/${id}`, query: { force: 1, v: 1 } },
    network: { path: `/networks/${id}`, query: {} },
    volume: { path: `/volumes/${id}`, query: { force: 1 } },
    image: { path: `/images/${id}`, query: { force: 1, noprune: 1 } },
  };
  if (kind === 'network') await detachResolver(session, id).catch(() => {});
  await session.engine.ask({ method: 'DELETE', ...calls[kind] }).catch(() => {
    // The next look tells.
  });
}

/** What the ledger knows and the engine still has, and what carries a label with our code. */
async function find(session: GateSession): Promise<Found[]> {
  const { engine, ledger, names, config } = session;
  const label = Object.entries(config.labels).map(([key, value]) => `${key}=${value}`);
  const filters = JSON.stringify({ label: [...label, CODE_LABEL] });
  const known = new Map<string, Found>();
  const services = new Set(config.services.map(({ id }) => id));
  const verified = (kind: string, name: unknown, labels: unknown): boolean => {
    const code = bodyOf(labels)[CODE_LABEL];
    return typeof code === 'string' && (names.verify(kind, names.plain(String(name)), code) || names.verify('build', '', code));
  };
  for (const item of listOf(await engine.call({ method: 'GET', path: '/containers/json', query: { all: 1, filters } }))) {
    const name = Array.isArray(item.Names) ? String(item.Names[0] ?? '').slice(1) : '';
    // A container may have been renamed since its code was made; the ledger knows it then.
    if (verified('container', name, item.Labels) || ledger.everById('container', String(item.Id)))
      known.set(`c${item.Id}`, { kind: 'container', id: String(item.Id) });
  }
  for (const item of listOf(await engine.call({ method: 'GET', path: '/networks', query: { filters } }))) {
    if (verified('network', item.Name, item.Labels)) known.set(`n${item.Id}`, { kind: 'network', id: String(item.Id) });
  }
  for (const item of listOf(bodyOf(await engine.call({ method: 'GET', path: '/volumes', query: { filters } })).Volumes)) {
    if (verified('volume', item.Name, item.Labels)) known.set(`v${item.Name}`, { kind: 'volume', id: String(item.Name) });
  }
  for (const item of listOf(await engine.call({ method: 'GET', path: '/images/json', query: { all: 1, filters } }))) {
    if (verified('build', '', item.Labels))
      known.set(`i${item.Id}`, { kind: 'image', id: String(item.Id), parent: String(item.ParentId ?? '') });
  }
  const paths = { container: '/containers', network: '/networks', volume: '/volumes', image: '/images' };
  for (const kind of ['container', 'network', 'volume', 'image'] as const) {
    for (const row of ledger.own(kind)) {
      if (known.has(`${kind[0]}${row.id}`) || row.notes.shared || services.has(row.id) || row.notes.service) continue;
      const { status } = await engine.ask({
        method: 'GET',
        path: `${paths[kind]}/${row.id}${kind === 'network' || kind === 'volume' ? '' : '/json'}`,
      });
      if (status === 200) known.set(`${kind[0]}${row.id}`, { kind, id: row.id });
    }
  }
  return [...known.values()];
}
