/** POST /containers/create: the heart of the gate. Policy first, then volumes, the container, its further networks. */
import { bodyOf } from '../answers/scrub.ts';
import { EngineRefusal } from '../engine-client.ts';
import type { GateHandler } from '../gate.ts';
import type { Notes, OwnRow } from '../ledger.ts';
import { BOUNDS } from '../limits.ts';
import { forgetFile, type NameService, nameService, nameServiceMount } from '../name-service.ts';
import { inventName } from '../names.ts';
import { assignPorts, type WantedContainer, type WantedNetwork, type WantedPort, wantedContainer } from '../policy/container.ts';
import { forcedHostConfig } from '../policy/forced.ts';
import { anonymousVolume, forwardedMounts, target, type WantedMount, WORKSPACE, workingFolder } from '../policy/mounts.ts';
import { denied, limited } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { assertNameFree, nameTaken } from './containers.ts';
import { assertAddressFree } from './networks.ts';
import { createNamedVolume, removeAnonymous } from './volumes.ts';

/** @param platform as `--platform` gives it; empty for none. @throws Refusal 403 for any but the engine's own */
export function assertPlatform(session: GateSession, platform: string): void {
  const { architecture } = session.facts;
  if (platform !== '' && platform !== 'linux' && platform !== `linux/${architecture}`) {
    throw denied(`platform ${platform} is not here: this lab has linux/${architecture} only`);
  }
}

export const createContainer: GateHandler = async ({ session, query, json, exchange }) => {
  const { names, context } = session;
  const asked = query.text('name').replace(/^\//, '');
  if (asked !== '') names.check('container', asked);
  assertPlatform(session, query.text('platform'));
  const wanted = wantedContainer(context, json, session.facts.limitedProcessors);
  if (asked !== '') await assertNameFree(session, asked);
  for (const network of wanted.networks) await assertAddressFree(session, network);
  const image = bodyOf(bodyOf(await session.engine.call({ method: 'GET', path: `/images/${wanted.image.id}/json` })).Config);
  if (wanted.config.WorkingDir === undefined) workingFolder(String(image.WorkingDir || '/'), "the image's WORKDIR");
  const mounts = withImageVolumes(wanted.mounts, image.Volumes);
  const askedPorts = allPorts(wanted, image.ExposedPorts);
  const asking = await nameService(session, wanted);
  const alone = {
    anonymous: mounts.filter(({ anonymous }) => anonymous).map((mount) => mount.name),
    ...(asking.file === null ? {} : { file: asking.file }),
    ...hiddenBy(image.Labels),
  };
  const row = await make(session, { asked, wanted, mounts, askedPorts, asking, alone }).catch(async (error: unknown) => {
    // What only this container would have had.
    await removeAnonymous(session, { notes: alone });
    forgetFile(session, { notes: alone });
    throw error;
  });
  exchange.reply.json(201, { Id: row.id, Warnings: [] });
};

/** Attributes of an event that labels of the image take the place of; they are not told then. */
function hiddenBy(labels: unknown): Notes {
  const hidden = ['exitCode', 'signal', 'oldName'].filter((name) => Object.hasOwn(bodyOf(labels), name));
  return hidden.length === 0 ? {} : { hidden };
}

interface Order {
  /** Its name, empty for any. */
  readonly asked: string;
  readonly wanted: WantedContainer;
  readonly mounts: readonly WantedMount[];
  readonly askedPorts: readonly WantedPort[];
  readonly asking: NameService;
  readonly alone: Notes;
}

async function make(session: GateSession, { asked, wanted, mounts, askedPorts, asking, alone }: Order): Promise<OwnRow> {
  const { ledger, names, config } = session;
  // From here to the ledger's row, which also holds the volumes, nothing may come in between.
  const name = asked === '' ? inventName((candidate) => ledger.named('container', candidate) !== undefined) : asked;
  const holder = ledger.named('container', name);
  if (holder) throw nameTaken(name, holder.id);
  const taken = ledger.rows('container').flatMap((row) => row.notes.ports?.map(({ host }) => host) ?? []);
  const notes = {
    image: wanted.image.name,
    labels: wanted.labels,
    ports: assignPorts(askedPorts, new Set(taken)),
    mounts: mounts.map(({ type, name: volume, target, readOnly }) => ({ type, name: volume, target, readOnly })),
    memory: wanted.memory,
    pids: wanted.pids,
    autoRemove: wanted.hostConfig.AutoRemove === true,
    ...alone,
    ...(config.resolver === null ? {} : { dns: wanted.dns }),
  };
  const row = await session.make('container', name, notes, config.limits.containers, async () => {
    // Whatever fails here, the engine has not been asked for the container, so that its row does not stay.
    const volumeIds = await ensureVolumes(session, mounts).catch((error: unknown) => {
      throw session.refusalOf(error);
    });
    const body = forwarded(session, name, wanted, mounts, volumeIds, asking);
    const { Id } = await session.engine.call<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query: { name: names.mangle(name) },
      body,
    });
    return Id;
  });
  try {
    for (const network of furtherNetworks(wanted)) {
      await session.engine.call({
        method: 'POST',
        path: `/networks/${network.id}/connect`,
        body: { Container: row.id, EndpointConfig: endpoint(name, network) },
      });
    }
  } catch (error) {
    await session.engine.ask({ method: 'DELETE', path: `/containers/${row.id}`, query: { force: 1, v: 1 } });
    if (error instanceof EngineRefusal) ledger.remove(row);
    throw error;
  }
  return row;
}

/** The whole body that the engine gets: nothing in it comes from the client but what a rule returned. */
function forwarded(
  session: GateSession,
  name: string,
  wanted: WantedContainer,
  mounts: readonly WantedMount[],
  volumeIds: ReadonlyMap<string, string>,
  asking: NameService,
): object {
  const [first] = wanted.networks;
  const { Mounts, Tmpfs } = forwardedMounts(mounts, (volume) => volumeIds.get(volume) ?? '');
  return {
    ...wanted.config,
    Image: wanted.image.id,
    Labels: { ...wanted.labels, ...session.context.labels('container', name) },
    HostConfig: {
      ...wanted.hostConfig,
      Dns: asking.dns,
      Mounts: [...Mounts, ...nameServiceMount(session, asking)],
      Tmpfs,
      ...forcedHostConfig(session.config, session.privateCgroups),
      NetworkMode: wanted.networkMode,
    },
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first.id]: endpoint(name, first) } } }),
  };
}

/** Engines before API 1.44 take one network at creation: its own first, the others afterwards. */
function furtherNetworks(wanted: WantedContainer): readonly WantedNetwork[] {
  return wanted.networks.slice(1);
}

/** The name on the engine is mangled, so the learner's own name is an alias. */
export function endpoint(name: string, { aliases, address }: Omit<WantedNetwork, 'id'>): object {
  return { Aliases: [...new Set([name, ...aliases])], ...(address === null ? {} : { IPAMConfig: { IPv4Address: address } }) };
}

/** Volumes that the image declares would be made by the engine without our labels. */
function withImageVolumes(mounts: readonly WantedMount[], declared: unknown): WantedMount[] {
  const what = "the image's VOLUME";
  // `/data/` of the image is where `-v v:/data` is already.
  const all = new Set(Object.keys(bodyOf(declared)).map((path) => target(path, what)));
  const targets = [...all].filter((path) => !mounts.some((mount) => mount.target === path));
  if (targets.length > BOUNDS.imageVolumes) throw limited(`an image with at most ${BOUNDS.imageVolumes} volumes.`);
  return [...mounts, ...targets.map((path) => anonymousVolume(path, what))];
}

function allPorts({ ports, publishAll, config }: WantedContainer, imagePorts: unknown): WantedPort[] {
  if (!publishAll) return [...ports];
  const exposed = [...Object.keys(bodyOf(config.ExposedPorts)), ...Object.keys(bodyOf(imagePorts))].filter(
    (name) => !ports.some(({ container }) => container === name),
  );
  const all = [...ports, ...[...new Set(exposed)].map((container) => ({ container, host: 0 }))];
  if (all.length > BOUNDS.publishedPorts) throw limited(`${BOUNDS.publishedPorts} published ports for one container.`);
  return all;
}

/** @returns names on the engine by the learner's names */
async function ensureVolumes(session: GateSession, mounts: readonly WantedMount[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const mount of mounts) {
    if (mount.type !== 'volume') continue;
    if (mount.name === WORKSPACE) ids.set(WORKSPACE, session.config.workspaceVolume ?? '');
    else ids.set(mount.name, (await createNamedVolume(session, mount.name, {})).id);
  }
  return ids;
}
