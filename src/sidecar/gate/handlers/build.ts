/** POST /build: context and Dockerfile are checked and written anew; then the engine's classic builder works under the lab's terms. */
import { bodyOf } from '../answers/scrub.ts';
import { buildFolder, readContext } from '../build/context.ts';
import { type RewrittenDockerfile, rewriteDockerfile } from '../build/dockerfile.ts';
import { BuildOutput } from '../build/output.ts';
import { insideName } from '../build/tar.ts';
import type { GateHandler, GateRequest } from '../gate.ts';
import { isObject, type JsonObject } from '../json/strict-json.ts';
import { BOUNDS } from '../limits.ts';
import { CODE_LABEL, imageReference } from '../names.ts';
import { labelRule } from '../policy/labels.ts';
import { bad, denied, limited, Refusal } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { jsonLines } from '../streams/json-lines.ts';
import { openStream } from '../streams/relay.ts';
import { assertRoomForBuild } from './containers.ts';
import { assertPlatform } from './create-container.ts';
import { assertTagRoom, noteTags, removeLeftovers, tagOnEngine } from './images.ts';

const CPU_PERIOD = 100_000;

export const build: GateHandler = async (request) => {
  const { session, exchange } = request;
  const { limits } = session.config;
  const release = session.builds.take();
  if (!release) throw limited(`${limits.builds} build at a time. Wait for the other one.`);
  const full = new AbortController();
  const forget = session.disk.whenFull((why) => full.abort(why));
  const ending = AbortSignal.any([exchange.signal, AbortSignal.timeout(limits.buildMs), full.signal]);
  try {
    await run(request, ending);
  } finally {
    forget();
    release();
    await removeLeftovers(session).catch(() => {});
  }
  // Only now: whoever goes on after the last line finds nothing of the build's steps, and the place of the next build free.
  if (exchange.reply.started && !exchange.reply.finished) exchange.reply.end();
};

async function run(request: GateRequest, signal: AbortSignal): Promise<void> {
  const { session, query, exchange } = request;
  const { limits } = session.config;
  const tags = query
    .texts('t')
    .filter((tag) => tag !== '')
    .map(imageReference);
  const args = buildArgs(query.json('buildargs'));
  const labels = labelRule(query.json('labels') ?? (Object.create(null) as JsonObject), 'labels') as Record<string, string>;
  assertParameters(request);
  assertTagRoom(session, tags);
  await session.disk.assertRoom();
  await assertRoomForBuild(session);
  if (session.ledger.rows('image').length >= limits.images) throw limited(`${limits.images} images. Remove one (docker rmi).`);
  const name = insideName(query.text('dockerfile') || 'Dockerfile');
  const context = await readContext(inTime(exchange.body.stream(), signal), name, buildFolder(session.config.ledgerFile), limits);
  try {
    // On every layer and container of a build: found by them, and no layer is shared with another session.
    const buildLabels = session.context.labels('build', '');
    const label = Object.entries(buildLabels)
      .map(([key, value]) => `"${key}"="${value.replace(/["\\$\n]/g, '')}"`)
      .join(' ');
    const image = (reference: string) => session.context.image(reference);
    const dockerfile = rewriteDockerfile(context.dockerfile, { args, image, label, instructions: limits.dockerfileInstructions });
    const target = query.text('target');
    const stage = dockerfile.stages.get(target.toLowerCase());
    if (target !== '' && stage === undefined) throw bad(`failed to reach build target ${target} in Dockerfile`);
    const archive = await context.archive(dockerfile.text);
    const call = {
      method: 'POST' as const,
      path: '/build',
      archive,
      timeoutMs: limits.buildMs,
      query: {
        dockerfile: name,
        ...(stage === undefined ? {} : { target: stage }),
        buildargs: JSON.stringify(args),
        labels: JSON.stringify({ ...labels, ...buildLabels }),
        nocache: query.flag('nocache') ? 1 : 0,
        rm: 1,
        forcerm: 1,
        pull: 0,
        networkmode: 'none',
        memory: limits.containerMemory,
        memswap: limits.containerMemory,
        cpuperiod: CPU_PERIOD,
        cpuquota: Math.floor((Math.min(limits.nanoCpus, session.facts.processors * 1e9) / 1e9) * CPU_PERIOD),
        shmsize: limits.shmBytes,
        ulimits: JSON.stringify([
          { Name: 'nofile', Soft: limits.nofile, Hard: limits.nofile },
          { Name: 'core', Soft: 0, Hard: 0 },
          { Name: 'fsize', Soft: limits.fileBytes, Hard: limits.fileBytes },
        ]),
      },
    };
    await follow({ ...request, exchange: { ...exchange, signal } }, call, tags, dockerfile);
  } finally {
    await context.remove();
  }
}

/** A context that comes slowly does not hold the place of a build for longer than a build may take. */
async function* inTime(parts: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    if (signal.aborted)
      throw signal.reason instanceof Refusal ? signal.reason : new Refusal(408, 'the build context came too slowly', true);
    yield part;
  }
}

/** Relays the builder's output, all but its end, and enters its result into the ledger. */
async function follow(
  request: GateRequest,
  call: Parameters<typeof openStream>[1],
  tags: readonly string[],
  dockerfile: RewrittenDockerfile,
): Promise<void> {
  const { session, query, exchange, events } = request;
  const { reply, signal } = exchange;
  const intent = session.ledger.intend('image', '', { tags: [] });
  const watching = events.onStranger((id) => void limitBuildContainer(session, id));
  const output = new BuildOutput(dockerfile.steps, (text) => session.scrub(text));
  let id: string | null = null;
  try {
    const stream = await openStream(request, call);
    reply.begin(200, 'application/json');
    for await (const line of jsonLines(stream)) {
      const result = bodyOf(bodyOf(line).aux).ID;
      if (typeof result === 'string' && /^sha256:[0-9a-f]{64}$/.test(result)) id = result;
      const shown = output.take(bodyOf(line));
      if (shown && !query.flag('q')) await reply.write(`${JSON.stringify(shown)}\r\n`);
      if (shown?.error && query.flag('q')) await reply.write(`${JSON.stringify(shown)}\r\n`);
    }
    if (output.failed || id === null) return;
    const result = id;
    await session.taggings.run(() => keep(session, intent, result, tags));
    const aux = { aux: { ID: id } };
    const last = query.flag('q') ? [{ stream: `${id}\n` }] : [aux, ...tags.map((tag) => ({ stream: `Successfully tagged ${tag}\n` }))];
    for (const line of last) await reply.write(`${JSON.stringify(line)}\r\n`);
  } catch (error) {
    if (reply.started && !reply.finished && !exchange.signal.aborted) throw error;
    if (signal.aborted && reply.started && !reply.finished) {
      const error = signal.reason instanceof Refusal ? signal.reason.message : 'the build took too long for this lab';
      await reply.write(`${JSON.stringify({ errorDetail: { message: error }, error })}\r\n`).catch(() => {});
      return;
    }
    throw error;
  } finally {
    watching();
    const now = session.ledger.rows('image').find((row) => row.key === intent.key);
    if (now?.state === 'intent') session.ledger.remove(now);
  }
}

/** Tags it on the engine under the session's names, so that it is not taken for rubbish. */
async function keep(
  session: GateSession,
  intent: Parameters<GateSession['ledger']['complete']>[0],
  id: string,
  tags: readonly string[],
): Promise<void> {
  const known = session.ledger.byId('image', id);
  const row = known ?? session.ledger.complete(intent, id);
  for (const tag of tags) await tagOnEngine(session, id, tag);
  noteTags(session, row, tags);
}

/** The builder knows no limit of processes; the container gets it between its creation and its start. */
async function limitBuildContainer(session: GateSession, id: string): Promise<void> {
  try {
    const body = bodyOf(await session.engine.call({ method: 'GET', path: `/containers/${id}/json` }));
    const labels = bodyOf(bodyOf(body.Config).Labels);
    if (!session.names.verify('build', '', String(labels[CODE_LABEL] ?? ''))) return;
    await session.engine.call({
      method: 'POST',
      path: `/containers/${id}/update`,
      body: { PidsLimit: session.config.limits.containerPids },
    });
  } catch {
    // Somebody else's, or gone already.
  }
}

function buildArgs(given: JsonObject | null): Record<string, string> {
  if (given === null) return {};
  const args: Record<string, string> = {};
  const entries = Object.entries(given);
  if (entries.length > BOUNDS.buildArguments) throw bad(`buildargs: more than ${BOUNDS.buildArguments}`);
  for (const [name, value] of entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw bad(`buildargs: ${JSON.stringify(name.slice(0, 40))} is not a name`);
    if (/^BUILDKIT_|_PROXY$/i.test(name)) throw denied(`buildargs: ${name} is not allowed in this lab (--build-arg)`);
    if (value === null) continue;
    if (typeof value !== 'string') throw bad(`buildargs: ${name} is not a string`);
    args[name] = value;
  }
  return args;
}

function assertParameters({ session, query, contentType }: GateRequest): void {
  if (query.text('version') === '2') throw denied('BuildKit is not part of this lab. Build with DOCKER_BUILDKIT=0.');
  if (contentType === '') throw bad('the body has to be a tar archive');
  assertPlatform(session, query.text('platform'));
  const mode = query.text('networkmode');
  if (mode.startsWith('container:')) session.context.container(mode.slice('container:'.length));
  if (mode !== '' && mode !== 'default' && mode !== 'none') {
    session.context.network(mode);
    throw denied(`networkmode ${mode}: builds have no network in this lab`);
  }
  if (!['', '[]', 'null'].includes(query.text('cachefrom')))
    throw denied('cachefrom is not allowed in this lab: nothing is shared between builds of different sessions');
  if (query.json('labels') !== null && !isObject(query.json('labels') ?? undefined)) throw bad('labels: not an object');
}

export const pruneBuild: GateHandler = async ({ session, exchange }) => {
  await removeLeftovers(session);
  exchange.reply.json(200, { CachesDeleted: [], SpaceReclaimed: 0 });
};
