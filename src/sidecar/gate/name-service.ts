/**
 * How names are found in a lab whose machine has a resolver on its own loopback. On the default bridge a container reads addresses
 * from its /etc/resolv.conf and asks them itself; on a network of the learner's own the engine answers at 127.0.0.11, knows the
 * containers, and passes other names to the lab's resolver, which is therefore on each of these networks.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf } from './answers/scrub.ts';
import type { OwnRow } from './ledger.ts';
import { contains } from './policy/addresses.ts';
import type { WantedContainer } from './policy/container.ts';
import { denied } from './refusal.ts';
import type { GateSession } from './session.ts';

/** Names from outside find no answer, and are never asked of this computer's resolver. */
const NOBODY = ['127.0.0.1'];
/** What Docker writes on its default bridge when the machine has no other resolver than one on loopback. */
const PUBLIC = ['8.8.8.8', '8.8.4.4'];
const TARGET = '/etc/resolv.conf';
const FILE = /^[0-9a-f]{32}$/;

export interface NameService {
  /** Whom the engine's own resolver asks. */
  readonly dns: readonly string[];
  /** File in the resolver's folder; null where the engine's own file stays. */
  readonly file: string | null;
}

/**
 * Decides before a container is made; writes its file.
 * @throws Refusal for an address that the engine itself would have to ask
 */
export async function nameService(session: GateSession, { dns: asked, networks, hostConfig }: WantedContainer): Promise<NameService> {
  const { resolver, sessionNetworkId: bridge } = session.config;
  const [first] = networks;
  if (resolver === null || first === undefined) return { dns: asked.length > 0 ? asked : NOBODY, file: null };
  if (first.id !== bridge || networks.length > 1) return { dns: await forwarders(session, asked, first.id), file: null };
  const own = await resolverAddress(session, bridge);
  // Whom the engine asks once this container has joined a network of the learner's own: as a real one does, the addresses that it
  // was made with. The public ones are not reached from here.
  const later = asked.filter((address) => isLoopback(address) || address === own);
  const file = randomBytes(16).toString('hex');
  mkdirSync(resolver.folder, { recursive: true, mode: 0o700 });
  const { DnsSearch = [], DnsOptions = [] } = hostConfig as { DnsSearch?: string[]; DnsOptions?: string[] };
  write(session, file, { servers: asked.length > 0 ? asked : PUBLIC, search: DnsSearch, options: DnsOptions });
  return { dns: later.length > 0 ? later : NOBODY, file };
}

/** The mount that puts the file into the container: read-only, and the only folder is one of ours. */
export function nameServiceMount(session: GateSession, { file }: NameService): object[] {
  const { resolver } = session.config;
  return file === null || resolver === null ? [] : [{ Type: 'bind', Source: join(resolver.folder, file), Target: TARGET, ReadOnly: true }];
}

/** A container of the default bridge that joins a network of the learner's own: from now on it asks the engine. */
export function joinedNetwork(session: GateSession, row: OwnRow, networkId: string): void {
  const { file } = row.notes;
  if (file === undefined || networkId === session.config.sessionNetworkId) return;
  write(session, file, { servers: ['127.0.0.11'], options: ['ndots:0'] });
}

/** Removes the file by which the lab's resolver knew a container. */
export function forgetFile(session: GateSession, { notes }: Pick<OwnRow, 'notes'>): void {
  const { resolver } = session.config;
  const { file } = notes;
  if (resolver !== null && file !== undefined && FILE.test(file)) rmSync(join(resolver.folder, file), { force: true });
}

/** Puts the lab's resolver on a network, without a name of its own there. */
export async function attachResolver(session: GateSession, networkId: string): Promise<void> {
  const { resolver } = session.config;
  if (resolver === null) return;
  await session.engine.call({ method: 'POST', path: `/networks/${networkId}/connect`, body: { Container: resolver.containerId } });
}

/** Takes it off again, so that the network can be removed. */
export async function detachResolver(session: GateSession, networkId: string): Promise<void> {
  const { resolver } = session.config;
  if (resolver === null) return;
  const body = { Container: resolver.containerId, Force: true };
  await session.engine.ask({ method: 'POST', path: `/networks/${networkId}/disconnect`, body });
}

interface ResolvConf {
  readonly servers: readonly string[];
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

function write(session: GateSession, file: string, { servers, search = [], options = [] }: ResolvConf): void {
  const { resolver } = session.config;
  if (resolver === null || !FILE.test(file)) return;
  const lines = [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  // In place: a container that runs has this very file mounted.
  writeFileSync(join(resolver.folder, file), `${lines.join('\n')}\n`, { mode: 0o644 });
}

const isLoopback = (address: string): boolean => contains('127.0.0.0/8', address);

/** Addresses of --dns as the engine may be given them: of loopback in the container, or the lab's resolver. */
async function forwarders(session: GateSession, asked: readonly string[], networkId: string): Promise<string[]> {
  const own = await resolverAddress(session, networkId);
  if (asked.length === 0) return own === null ? NOBODY : [own];
  const onBridge = await resolverAddress(session, session.config.sessionNetworkId);
  return asked.map((address) => {
    if (isLoopback(address)) return address;
    // The same machine, which on this network has another address.
    if (own !== null && (address === own || address === onBridge)) return own;
    throw denied(`--dns ${address}: on a network of your own the engine asks for you, and in this lab it asks the lab's resolver only.`);
  });
}

async function resolverAddress(session: GateSession, networkId: string): Promise<string | null> {
  const { resolver } = session.config;
  const { body } = await session.engine.ask({ method: 'GET', path: `/networks/${networkId}` });
  const endpoint = bodyOf(bodyOf(bodyOf(body).Containers)[resolver?.containerId ?? '']);
  const address = String(endpoint.IPv4Address ?? '').split('/')[0];
  return address === undefined || address === '' ? null : address;
}
