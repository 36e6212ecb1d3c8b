/** Images: those that the lab gives, which nobody changes, and those built in the session. */
import { type Body, bodyOf, listOf, pick, plainInstruction, plainLabels } from '../answers/scrub.ts';
import { builtImages } from '../built-images.ts';
import { EngineRefusal, messageOf } from '../engine-client.ts';
import type { GateHandler } from '../gate.ts';
import type { OwnRow } from '../ledger.ts';
import { BOUNDS } from '../limits.ts';
import { imageReference, SESSION_LABEL } from '../names.ts';
import type { Filters } from '../policy/query.ts';
import { bad, conflict, denied, limited } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { labelMatches, valuesMatch } from './container-filter.ts';
import { engineList, refuseSelection } from './containers.ts';
import { assertPlatform } from './create-container.ts';

/** Tags of everything that the session may use, by id. */
function tagsById(session: GateSession): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  const own = session.ledger.own('image');
  for (const row of own) tags.set(row.id, [...(tags.get(row.id) ?? []), ...(row.notes.tags ?? [])]);
  const taken = new Set(own.flatMap((row) => row.notes.tags ?? []));
  for (const { id, name } of session.config.allowedImages) if (!taken.has(name)) tags.set(id, [...(tags.get(id) ?? []), name]);
  return tags;
}

/** @returns the session's and the lab's images, with no field that tells of others. @param all with those that have no tag */
export async function listImages(session: GateSession, filters: Filters, all: boolean): Promise<Record<string, unknown>[]> {
  const tags = tagsById(session);
  const list = listOf(await session.engine.call({ method: 'GET', path: '/images/json', query: { all: all ? 1 : 0 } }));
  const items = list
    .filter(({ Id }) => tags.has(String(Id)))
    .map((item) => ({
      ...pick(item, ['Id', 'Created', 'Size', 'VirtualSize']),
      ParentId: '',
      RepoTags: tags.get(String(item.Id)) ?? [],
      RepoDigests: [],
      SharedSize: -1,
      Containers: -1,
      Labels: plainLabels(item.Labels),
    })) as (Record<string, unknown> & { RepoTags: string[] })[];
  const created = (reference: string): number =>
    Number(items.find(({ Id }) => Id === session.context.findImage(reference)?.id)?.Created ?? Number.NaN);
  const tests: Readonly<Record<string, (image: (typeof items)[number], value: string) => boolean>> = {
    reference: ({ RepoTags }, value) => RepoTags.some((tag) => referenceMatches(value, tag)),
    dangling: ({ RepoTags }, value) => (RepoTags.length === 0) === ['1', 'true'].includes(value),
    label: ({ Labels }, value) => labelMatches(value, bodyOf(Labels)),
    before: ({ Created }, value) => Number(Created) < created(value),
    since: ({ Created }, value) => Number(Created) > created(value),
    until: () => true,
  };
  const found = items.filter((image) =>
    Object.entries(filters).every(([key, values]) => valuesMatch(key, values, (value) => tests[key]?.(image, value) ?? false)),
  );
  const { reference = [] } = filters;
  if (reference.length === 0) return found;
  // Of an image that is asked for by its name, other names are not shown.
  return found.map((image) => ({
    ...image,
    RepoTags: image.RepoTags.filter((tag) => reference.some((value) => referenceMatches(value, tag))),
  }));
}

function referenceMatches(pattern: string, tag: string): boolean {
  return tag === pattern || tag.split(':')[0] === pattern || starMatches(pattern, tag);
}

/** `*` once: begin and end have to fit. */
function starMatches(pattern: string, tag: string): boolean {
  const [begin = '', end, ...rest] = pattern.split('*');
  return (
    end !== undefined &&
    rest.length === 0 &&
    tag.length >= begin.length + end.length &&
    tag.startsWith(begin) &&
    (tag.endsWith(end) || tag.split(':')[0]?.endsWith(end) === true)
  );
}

export const images: GateHandler = async ({ session, query, exchange }) => {
  const filter = query.text('filter');
  const filters = filter === '' ? query.filters() : { ...query.filters(), reference: [filter] };
  exchange.reply.json(200, await listImages(session, filters, query.flag('all')));
};

async function inspect(session: GateSession, id: string): Promise<Body> {
  return bodyOf(await session.engine.call({ method: 'GET', path: `/images/${id}/json` }));
}

const CONFIG = ['Cmd', 'Entrypoint', 'ExposedPorts', 'Healthcheck', 'Shell', 'StopSignal', 'User', 'Volumes', 'WorkingDir', 'ArgsEscaped'];

export const inspectImage: GateHandler = async ({ session, subject, exchange }) => {
  const image = session.context.image(subject);
  const body = await inspect(session, image.id);
  const config = bodyOf(body.Config);
  // What the lab put into the environment of its own images is not for reading.
  const environment = image.own && !rowOf(session, image.id)?.notes.shared ? pick(config, ['Env']) : { Env: [] };
  const onBuild = Array.isArray(config.OnBuild) ? config.OnBuild.map((line) => plainInstruction(String(line))) : null;
  exchange.reply.json(200, {
    ...pick(body, ['Id', 'Created', 'Architecture', 'Variant', 'Os', 'Size', 'VirtualSize', 'RootFS']),
    RepoTags: tagsById(session).get(image.id) ?? [],
    RepoDigests: [],
    Parent: '',
    Comment: '',
    Author: '',
    DockerVersion: '',
    Config: { ...pick(config, CONFIG), ...environment, OnBuild: onBuild, Labels: plainLabels(config.Labels) },
    GraphDriver: { Name: '', Data: null },
    Metadata: {},
  });
};

function rowOf(session: GateSession, id: string): OwnRow | undefined {
  return session.ledger.own('image').find((row) => row.id === id);
}

export const imageHistory: GateHandler = async ({ session, subject, exchange }) => {
  const image = session.context.image(subject);
  const row = rowOf(session, image.id);
  if (!image.own || !row || row.notes.shared)
    throw denied('How the images of the lab were made is not shown: it would give the story away.');
  const list = listOf(await session.engine.call({ method: 'GET', path: `/images/${image.id}/history` }));
  const isOurs = (entry: Body): boolean =>
    String(entry.CreatedBy).includes(`LABEL ${SESSION_LABEL}=`) || String(entry.CreatedBy).includes('LABEL io.ops-lab.');
  // The oldest line of ours stands right after FROM: what is before belongs to the lab.
  const begin = list.findLastIndex((entry) => String(entry.CreatedBy).includes(`${SESSION_LABEL}=${session.config.sessionId}`));
  const own = list.slice(0, Math.max(0, begin)).filter((entry) => !isOurs(entry));
  exchange.reply.json(
    200,
    own.map((entry, index) => ({
      ...pick(entry, ['Created', 'Size']),
      Id: index === 0 ? image.id : '<missing>',
      CreatedBy: session.scrub(plainInstruction(String(entry.CreatedBy))),
      Comment: '',
      Tags: index === 0 ? (row.notes.tags ?? []) : null,
    })),
  );
};

export const pullImage: GateHandler = async ({ session, query, exchange }) => {
  const name = query.text('fromImage');
  const tag = query.text('tag');
  if (name === '') throw bad('no image was named');
  const reference = tag === '' ? name : tag.startsWith('sha256:') ? `${name}@${tag}` : `${name}:${tag}`;
  assertPlatform(session, query.text('platform'));
  const found = reference.includes('@') ? null : findGiven(session, reference);
  if (!found) {
    const have = session.config.allowedImages.map((image) => image.name).join(', ');
    throw denied(
      `${reference.slice(0, 120)} is not in this lab, and the lab works without a network. It has: ${have === '' ? 'no images' : have}`,
    );
  }
  const { reply } = exchange;
  reply.begin(200, 'application/json');
  await reply.write(`${JSON.stringify({ status: `Pulling from ${found.split(':')[0]}`, id: found.split(':')[1] })}\r\n`);
  await reply.write(`${JSON.stringify({ status: `Status: Image is up to date for ${found}` })}\r\n`);
  reply.end();
};

/** @returns the name of an image that is here already @throws Refusal for a registry */
function findGiven(session: GateSession, reference: string): string | null {
  const name = imageReference(reference);
  return session.context.findImage(name)?.name ?? null;
}

/** Takes a tag from whichever image has it. */
function untag(session: GateSession, tag: string): void {
  for (const row of session.ledger.own('image')) {
    if (row.notes.tags?.includes(tag)) session.ledger.change(row, { notes: { tags: row.notes.tags.filter((other) => other !== tag) } });
  }
}

/**
 * @param tags that are to come; those that move from one image to another are no more than before
 * @throws Refusal when images of the session would have more names than it may give
 */
export function assertTagRoom(session: GateSession, tags: readonly string[]): void {
  if (tags.length > BOUNDS.tagsOfImage) throw limited(`${BOUNDS.tagsOfImage} tags for one image.`);
  const all = new Set([...session.ledger.own('image').flatMap(({ notes }) => notes.tags ?? []), ...tags]);
  if (all.size > BOUNDS.tags) throw limited(`${BOUNDS.tags} tags for all images together. Remove some (docker rmi).`);
}

/** The ledger's side of a tag: the newest image has it, no other. */
export function noteTags(session: GateSession, row: OwnRow, tags: readonly string[]): void {
  for (const tag of tags) untag(session, tag);
  const now = session.ledger.byId('image', row.id) ?? row;
  session.ledger.change(now, { notes: { tags: [...new Set([...(now.notes.tags ?? []), ...tags])], leaving: false } });
}

export const tagImage: GateHandler = async ({ session, subject, query, exchange }) => {
  const tag = imageReference(`${query.text('repo')}${query.text('tag') === '' ? '' : `:${query.text('tag')}`}`);
  await session.taggings.run(async () => {
    const image = session.context.image(subject);
    const known = rowOf(session, image.id);
    assertTagRoom(session, [...new Set([...(known?.notes.tags ?? []), tag])]);
    const row = known ?? sharedRow(session, image.id);
    // An image of the lab is not touched on the engine: that name is known here only.
    if (session.config.allowedImages.some(({ id }) => id === image.id)) await freeOnEngine(session, tag);
    else await tagOnEngine(session, image.id, tag);
    noteTags(session, row, [tag]);
  });
  exchange.reply.empty(201);
};

/** A name that moves to an image of the lab leaves the image that it was built for, whose last one stays: without any the engine removes it. */
async function freeOnEngine(session: GateSession, tag: string): Promise<void> {
  const before = session.ledger.own('image').find(({ notes }) => !notes.shared && notes.tags?.includes(tag));
  if (before && (await tagsOnEngine(session, before)).length > 1) await untagOnEngine(session, session.names.mangleImage(tag));
}

/** An image of the lab that gets a name of the learner's. */
function sharedRow(session: GateSession, id: string): OwnRow {
  if (session.ledger.rows('image').length >= session.config.limits.images)
    throw limited(`${session.config.limits.images} images. Remove one (docker rmi).`);
  return session.ledger.complete(session.ledger.intend('image', '', { shared: true, tags: [] }), id);
}

/** Gives it the session's own name for `tag`. */
export async function tagOnEngine(session: GateSession, id: string, tag: string): Promise<void> {
  const mangled = session.names.mangleImage(tag);
  const at = mangled.lastIndexOf(':');
  await session.engine.call({
    method: 'POST',
    path: `/images/${id}/tag`,
    query: { repo: mangled.slice(0, at), tag: mangled.slice(at + 1) },
  });
}

/** Removes what builds of this session have left below its images. Nothing while one runs. */
export function removeLeftovers(session: GateSession): Promise<void> {
  return session.clearings.run(() => clear(session));
}

async function clear(session: GateSession): Promise<void> {
  if (session.builds.used > 0) return;
  const ours = new Set(session.ledger.own('image').flatMap(({ id, notes }) => (notes.leaving ? [] : [id])));
  for (let again = true; again; ) {
    again = false;
    const list = await builtImages(session);
    const parents = new Set(list.map(({ ParentId }) => ParentId));
    for (const { Id } of list) {
      if (ours.has(String(Id)) || parents.has(Id)) continue;
      const { status } = await session.engine.ask({ method: 'DELETE', path: `/images/${String(Id)}`, query: { noprune: 1 } });
      if (status >= 300) continue;
      again = true;
      const row = session.ledger.byId('image', String(Id));
      if (row) session.ledger.remove(row);
    }
  }
}

/** By force the engine lets an image go that a container still holds on its disk, where nobody would count it any more. */
async function assertUnused(session: GateSession, row: OwnRow, subject: string): Promise<void> {
  const holder = (await engineList(session, true)).find(({ item }) => item.ImageID === row.id)?.row;
  if (holder)
    throw conflict(
      `conflict: unable to delete ${subject} - container ${holder.name} is using it, and in this lab it has to be removed first`,
    );
}

/**
 * Never by force, so that the engine itself keeps what a container stands on: names beyond one go first. Its row stays for as long
 * as the engine keeps the image.
 * @param byTag whether the engine is told which by the one tag that is left; else by id, which it refuses while others are made from it
 */
async function removeRow(session: GateSession, row: OwnRow, byTag: boolean): Promise<Record<string, string>[]> {
  const { engine, ledger, names } = session;
  const [last, ...others] = await tagsOnEngine(session, row);
  const untagged: Body[] = [];
  for (const tag of others) {
    untagged.push(...(await untagOnEngine(session, tag)));
    const plain = names.plain(tag);
    if (row.notes.tags?.includes(plain)) untag(session, plain);
  }
  const reference = byTag && last !== undefined ? last : row.id;
  const { status, body } = await engine.ask({ method: 'DELETE', path: `/images/${reference}`, query: { noprune: 1 } });
  if (status >= 400 && status !== 404) throw new EngineRefusal(status, messageOf(body));
  const isGone = (status === 404 && reference === row.id) || listOf(body).some(({ Deleted }) => Deleted === row.id);
  if (isGone) ledger.remove(row);
  else ledger.change(row, { notes: { tags: [], leaving: true } });
  await removeLeftovers(session).catch(() => {});
  return [...untagged, ...listOf(body)].map((entry) =>
    Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, names.plain(String(value))])),
  );
}

/** This session's names for it, one that the learner still has first: a name that moved to an image of the lab moved in the ledger only. */
async function tagsOnEngine({ engine, names }: GateSession, { id, notes }: OwnRow): Promise<string[]> {
  const { RepoTags } = bodyOf(await engine.call({ method: 'GET', path: `/images/${id}/json` }, [404]));
  const isCurrent = (tag: string): boolean => notes.tags?.includes(names.plain(tag)) === true;
  const own = (Array.isArray(RepoTags) ? RepoTags.map(String) : []).filter((tag) => names.plain(tag) !== tag);
  return [...own.filter(isCurrent), ...own.filter((tag) => !isCurrent(tag))];
}

/** @param tag as the engine knows it */
async function untagOnEngine(session: GateSession, tag: string): Promise<readonly Body[]> {
  return listOf(await session.engine.call({ method: 'DELETE', path: `/images/${tag}`, query: { noprune: 1 } }, [404]));
}

export const removeImage: GateHandler = async ({ session, subject, query, exchange }) => {
  exchange.reply.json(200, await session.taggings.run(() => removeNamed(session, subject, query.flag('force'))));
};

async function removeNamed(session: GateSession, subject: string, force: boolean): Promise<Record<string, string>[]> {
  const image = session.context.image(subject);
  const row = rowOf(session, image.id);
  if (!row || !image.own) throw denied(`${image.name} belongs to the lab and stays.`);
  const tags = row.notes.tags ?? [];
  const byTag = tags.includes(image.name) && !row.id.startsWith(`sha256:${subject.replace('sha256:', '')}`);
  if (row.notes.shared) {
    const left = byTag ? tags.filter((tag) => tag !== image.name) : [];
    if (left.length > 0) session.ledger.change(row, { notes: { tags: left } });
    else session.ledger.remove(row);
    return (byTag ? [image.name] : tags).map((tag) => ({ Untagged: tag }));
  }
  if (byTag && tags.length > 1) {
    await untagOnEngine(session, session.names.mangleImage(image.name));
    untag(session, image.name);
    return [{ Untagged: image.name }];
  }
  if (!byTag && tags.length > 1 && !force) {
    throw conflict(`conflict: unable to delete ${subject} (must be forced) - image is referenced in multiple repositories`);
  }
  if (force) await assertUnused(session, row, subject);
  return removeRow(session, row, byTag);
}

export const pruneImages: GateHandler = async ({ session, query, exchange }) => {
  refuseSelection(query.filters());
  const all = (query.filters().dangling ?? []).some((value) => value === 'false' || value === '0');
  const deleted = await session.taggings.run(() => prune(session, all));
  exchange.reply.json(200, { ImagesDeleted: deleted, SpaceReclaimed: 0 });
};

/** @param all also those that have a tag */
async function prune(session: GateSession, all: boolean): Promise<Record<string, string>[]> {
  // By what the containers hold, not by what their image's name means today.
  const used = new Set((await engineList(session, true)).map(({ item }) => item.ImageID));
  const deleted: Record<string, string>[] = [];
  for (const row of session.ledger.own('image')) {
    if (row.notes.shared || (!all && (row.notes.tags ?? []).length > 0) || used.has(row.id)) continue;
    try {
      deleted.push(...(await removeRow(session, row, false)));
    } catch {
      // In use by a container or by another image: prune leaves it.
    }
  }
  return deleted;
}
