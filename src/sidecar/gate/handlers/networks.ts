/** Networks of the session. The session's own one is what `bridge` means here. */
import { createHash } from 'node:crypto';
import { type Body, bodyOf, listOf, pick, plainLabels } from '../answers/scrub.ts';
import { EngineRefusal } from '../engine-client.ts';
import type { GateHandler } from '../gate.ts';
import { flag, ignore, isEmpty, list, object, rebuild, refuse, text } from '../json/rebuild.ts';
import type { Json } from '../json/strict-json.ts';
import type { OwnRow } from '../ledger.ts';
import { BOUNDS } from '../limits.ts';
import { attachResolver, detachResolver, joinedNetwork } from '../name-service.ts';
import { contains, parseBlock } from '../policy/addresses.ts';
import type { FoundNetwork } from '../policy/context.ts';
import { endpointSettings } from '../policy/endpoint-settings.ts';
import { labelRule } from '../policy/labels.ts';
import type { Filters } from '../policy/query.ts';
import { conflict, denied, limited } from '../refusal.ts';
import type { GateSession } from '../session.ts';
import { labelMatches, nameMatches, valuesMatch } from './container-filter.ts';
import { inspect as containerOf, refuseSelection } from './containers.ts';
import { endpoint } from './create-container.ts';

/** Engines from this major version on keep the host itself off an internal network when told so. */
const ISOLATED_SINCE = 28;
const BUILT_IN = ['host', 'none'] as const;

function answer(session: GateSession, network: FoundNetwork, body: Body): Record<string, unknown> {
  const containers: Record<string, object> = {};
  for (const [id, value] of Object.entries(bodyOf(body.Containers))) {
    const row = session.ledger.byId('container', id);
    if (row) containers[id] = { ...pick(value, ['EndpointID', 'MacAddress', 'IPv4Address', 'IPv6Address']), Name: row.name };
  }
  const ipam = bodyOf(body.IPAM);
  return {
    ...pick(body, ['Id', 'Created', 'Scope', 'Driver', 'EnableIPv6', 'Internal', 'Attachable', 'Ingress']),
    Name: network.name,
    IPAM: { Driver: 'default', Options: null, Config: listOf(ipam.Config).map((config) => pick(config, ['Subnet', 'Gateway'])) },
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: containers,
    Options: {},
    Labels: plainLabels(body.Labels),
  };
}

/** `host` and `none`, which every engine has and no lab gives. */
function synthetic(session: GateSession, name: (typeof BUILT_IN)[number]): Record<string, unknown> {
  const Id = createHash('sha256').update(`${session.config.sessionId} ${name}`).digest('hex');
  return {
    Name: name,
    Id,
    Created: new Date(session.startedAt).toISOString(),
    Scope: 'local',
    Driver: name === 'none' ? 'null' : name,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: {},
  };
}

async function inspect(session: GateSession, id: string): Promise<Body> {
  return bodyOf(await session.engine.call({ method: 'GET', path: `/networks/${id}` }));
}

export const networks: GateHandler = async ({ session, query, exchange }) => {
  const own = session.ledger.own('network').map(({ id, name }) => ({ id, name }));
  const real = [{ id: session.config.sessionNetworkId, name: 'bridge' }, ...own];
  const list = await Promise.all(
    real.map(async (network) => {
      const { status, body } = await session.engine.ask({ method: 'GET', path: `/networks/${network.id}` });
      // It may have been removed since.
      return status === 200 ? [{ ...answer(session, network, bodyOf(body)), Containers: {} }] : [];
    }),
  );
  const all = [...list.flat(), ...BUILT_IN.map((name) => synthetic(session, name))];
  exchange.reply.json(
    200,
    all.filter((network) => matches(query.filters(), network)),
  );
};

function matches(filters: Filters, network: Record<string, unknown>): boolean {
  const builtIn = ['bridge', 'host', 'none'].includes(String(network.Name));
  const tests: Readonly<Record<string, (value: string) => boolean>> = {
    name: (value) => nameMatches(value, String(network.Name)),
    id: (value) => String(network.Id).startsWith(value),
    driver: (value) => network.Driver === value,
    scope: (value) => value === 'local',
    type: (value) => (value === 'custom' ? !builtIn : builtIn),
    label: (value) => labelMatches(value, bodyOf(network.Labels)),
    dangling: (value) => ['1', 'true'].includes(value) && !builtIn && Object.keys(bodyOf(network.Containers)).length === 0,
  };
  return Object.entries(filters).every(([key, values]) => valuesMatch(key, values, (value) => tests[key]?.(value) ?? false));
}

export const inspectNetwork: GateHandler = async ({ session, subject, exchange }) => {
  const unreal = BUILT_IN.map((name) => synthetic(session, name)).find(
    ({ Name, Id }) => Name === subject || (/^[0-9a-f]{12,}$/.test(subject) && String(Id).startsWith(subject)),
  );
  if (unreal) return exchange.reply.json(200, unreal);
  const network = session.context.network(subject);
  exchange.reply.json(200, answer(session, network, await inspect(session, network.id)));
};

/** Keeps this computer itself off the network, as the session's own one is made. */
function options(session: GateSession): Record<string, string> {
  const major = Number(session.facts.version.split('.')[0]);
  return major >= ISOLATED_SINCE
    ? { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' }
    : { 'com.docker.network.bridge.inhibit_ipv4': 'true' };
}

export const createNetwork: GateHandler = async ({ session, json, exchange }) => {
  const no = (why: string) => ({ rule: refuse(why) });
  const driver = (value: Json, path: string): undefined => {
    if (value !== 'bridge')
      throw denied(`${path}: networks of type ${String(value).slice(0, 40)} are not allowed in this lab, only bridge`);
  };
  const {
    Name,
    Labels = {},
    IPAM,
  } = rebuild(json, {
    Name: { rule: text(400) },
    Driver: { rule: driver },
    Labels: { rule: labelRule },
    Internal: { rule: flag, empty: ignore },
    EnableIPv6: no('there is no IPv6.'),
    EnableIPv4: { rule: flag },
    // Without a swarm it says nothing; compose always sends it.
    Attachable: { rule: ignore },
    CheckDuplicate: { rule: ignore },
    Scope: { rule: (value, path) => (value === 'local' ? undefined : refuse('there is no swarm.')(value, path)) },
    Ingress: no('there is no swarm.'),
    ConfigOnly: no('networks are made as they are.'),
    ConfigFrom: {
      rule: (value, path) =>
        Object.values(value as object).every(isEmpty) ? undefined : refuse('networks are made as they are.')(value, path),
    },
    Options: no('options of a network reach this computer.'),
    IPAM: {
      rule: object({
        Driver: { rule: (value, path) => (value === 'default' ? undefined : refuse('addresses come from the engine.')(value, path)) },
        Options: no('addresses come from the engine.'),
        Config: {
          rule: list(
            object({
              Subnet: { rule: text(50) },
              IPRange: { rule: text(50) },
              Gateway: { rule: text(50) },
              AuxiliaryAddresses: no('addresses come from the engine.'),
              AuxAddress: no('addresses come from the engine.'),
            }),
            1,
          ),
        },
      }),
    },
  }) as { Name?: string; Labels?: Record<string, string>; IPAM?: { Config?: Record<string, string>[] } };
  const name = session.names.check('network', Name ?? '');
  const config = IPAM?.Config?.[0];
  if (config && Object.keys(config).length > 0) assertSubnet(session, config);
  if (session.ledger.named('network', name)) throw conflict(`network with name ${name} already exists`);
  const row = await session.make('network', name, { labels: Labels }, session.config.limits.networks, async () => {
    const { Id } = await session.engine.call<{ Id: string }>({
      method: 'POST',
      path: '/networks/create',
      body: {
        Name: session.names.mangle(name),
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: true,
        EnableIPv6: false,
        Attachable: false,
        Labels: { ...Labels, ...session.context.labels('network', name) },
        Options: options(session),
        ...(config?.Subnet ? { IPAM: { Driver: 'default', Config: [pick(config, ['Subnet', 'IPRange', 'Gateway'])] } } : {}),
      },
    });
    return Id;
  });
  await attachResolver(session, row.id);
  exchange.reply.json(201, { Id: row.id, Warning: '' });
};

function assertSubnet(session: GateSession, { Subnet = '', IPRange = '', Gateway = '' }: Record<string, string>): void {
  const block = session.config.subnetBlock;
  const inside = (text_: string): boolean => {
    const range = parseBlock(text_);
    const outer = block === null ? null : parseBlock(block);
    return range !== null && outer !== null && range.first >= outer.first && range.last <= outer.last && range.bits <= 29;
  };
  if (!inside(Subnet)) {
    throw denied(
      `subnet ${Subnet.slice(0, 40)}: ${block === null ? 'this lab lets the engine choose addresses. Leave --subnet out.' : `only inside ${block} in this lab`}`,
    );
  }
  if ((IPRange !== '' && !inside(IPRange)) || (Gateway !== '' && !contains(Subnet, Gateway)))
    throw denied('the range and the gateway have to be inside the subnet');
}

/** @throws Refusal when an address was asked for that is outside the network or somebody else's */
export async function assertAddressFree(
  session: GateSession,
  { id, address }: { readonly id: string; readonly address: string | null },
): Promise<void> {
  if (address === null) return;
  const body = await inspect(session, id);
  const configs = listOf(bodyOf(body.IPAM).Config);
  const inside = configs.find(({ Subnet }) => contains(String(Subnet), address));
  if (!inside) throw denied(`--ip ${address} is not inside the network`);
  const range = parseBlock(String(inside.Subnet));
  const edge = [range?.first, (range?.first ?? 0) + 1, range?.last].some(
    (number) => number !== undefined && contains(`${address}/32`, fromNumber(number)),
  );
  const taken = [
    ...configs.map(({ Gateway }) => String(Gateway)),
    ...Object.values(bodyOf(body.Containers)).map((one) => String(bodyOf(one).IPv4Address).split('/')[0]),
  ];
  if (edge || taken.includes(address)) throw denied(`--ip ${address} belongs to somebody else on this network`);
}

function fromNumber(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

export const connectNetwork: GateHandler = async ({ session, subject, json, exchange }) => {
  const network = session.context.network(subject);
  const { Container, EndpointConfig = null } = rebuild(json, {
    Container: { rule: text(300) },
    EndpointConfig: { rule: (value) => value },
  });
  const row = session.context.container(String(Container ?? ''));
  if (network.id === 'none') throw denied('A container cannot be connected to none.');
  const settings = endpointSettings(session.context, EndpointConfig, 'EndpointConfig');
  await session.connections.run(async () => {
    await assertRoomForNetwork(session, row);
    await assertAddressFree(session, { id: network.id, address: settings.address });
    await session.engine.call({
      method: 'POST',
      path: `/networks/${network.id}/connect`,
      body: { Container: row.id, EndpointConfig: endpoint(row.name, settings) },
    });
  });
  joinedNetwork(session, row, network.id);
  exchange.reply.empty(200);
};

/** @throws Refusal when the container is on as many networks as it may be */
async function assertRoomForNetwork(session: GateSession, row: OwnRow): Promise<void> {
  const { Networks } = bodyOf((await containerOf(session, row)).NetworkSettings);
  if (Object.keys(bodyOf(Networks)).length >= BOUNDS.networks) throw limited(`${BOUNDS.networks} networks for one container.`);
}

/**
 * After a rename the new name is found on each network and the old one is not. An alias of a network cannot be changed, so the
 * container leaves it for a moment and comes back.
 */
export async function followName(session: GateSession, row: OwnRow, name: string): Promise<void> {
  const { Networks } = bodyOf((await containerOf(session, row)).NetworkSettings);
  for (const [key, value] of Object.entries(bodyOf(Networks))) {
    const { NetworkID, Aliases, IPAMConfig } = bodyOf(value);
    const reference = String(NetworkID || key);
    const own = session.ledger.own('network').find(({ id, name: plain }) => id === reference || session.names.mangle(plain) === reference);
    const id = reference === session.config.sessionNetworkId ? reference : own?.id;
    if (id === undefined) continue;
    const others = (Array.isArray(Aliases) ? Aliases.map(String) : []).filter((one) => one !== row.name && !row.id.startsWith(one));
    const address = bodyOf(IPAMConfig).IPv4Address;
    await session.engine.call({ method: 'POST', path: `/networks/${id}/disconnect`, body: { Container: row.id, Force: false } });
    await session.engine.call({
      method: 'POST',
      path: `/networks/${id}/connect`,
      body: {
        Container: row.id,
        EndpointConfig: endpoint(name, { aliases: others, address: typeof address === 'string' && address !== '' ? address : null }),
      },
    });
  }
  await session.ports.connect(row);
}

export const disconnectNetwork: GateHandler = async ({ session, subject, json, exchange }) => {
  const network = session.context.network(subject);
  const { Container, Force = false } = rebuild(json, { Container: { rule: text(300) }, Force: { rule: flag } });
  const row = session.context.container(String(Container ?? ''));
  if (network.id === 'none') throw denied('A container cannot be disconnected from none.');
  await session.engine.call({ method: 'POST', path: `/networks/${network.id}/disconnect`, body: { Container: row.id, Force } });
  exchange.reply.empty(200);
};

/** Without the resolver; it comes back when somebody else is still there. */
async function remove(session: GateSession, row: OwnRow): Promise<void> {
  await detachResolver(session, row.id);
  try {
    await session.engine.call({ method: 'DELETE', path: `/networks/${row.id}` }, [404]);
  } catch (error) {
    await attachResolver(session, row.id);
    throw error;
  }
}

export const removeNetwork: GateHandler = async ({ session, subject, exchange }) => {
  if (['bridge', 'host', 'none', 'default'].includes(subject)) throw denied(`${subject} is a pre-defined network and cannot be removed`);
  const network = session.context.network(subject);
  const row = session.ledger.byId('network', network.id);
  if (!row) throw denied('The network of the session cannot be removed.');
  await remove(session, row);
  session.ledger.remove(row);
  exchange.reply.empty(204);
};

export const pruneNetworks: GateHandler = async ({ session, query, exchange }) => {
  refuseSelection(query.filters());
  const deleted: string[] = [];
  for (const row of session.ledger.own('network')) {
    const { status, body } = await session.engine.ask({ method: 'GET', path: `/networks/${row.id}` });
    // Somebody else may have removed it just now. Only running containers are listed there, and only they keep it, as on the engine.
    if (status === 404) continue;
    const { Containers } = bodyOf(body);
    if (Object.keys(bodyOf(Containers)).some((id) => id !== session.config.resolver?.containerId)) continue;
    try {
      await remove(session, row);
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      continue;
    }
    session.ledger.remove(row);
    deleted.push(row.name);
  }
  exchange.reply.json(200, { NetworksDeleted: deleted });
};
