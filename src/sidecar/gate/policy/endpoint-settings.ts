/** How a container is on a network, at creation and at `network connect`. */
import { isIPv4 } from 'node:net';
import { type Fields, ignore, list, object, rebuild, refuse, text } from '../json/rebuild.ts';
import { isObject, type Json } from '../json/strict-json.ts';
import { bad, denied } from '../refusal.ts';
import type { PolicyContext } from './context.ts';

export interface EndpointSettings {
  readonly aliases: readonly string[];
  /** Asked for; the caller checks that it is inside the network and free. */
  readonly address: string | null;
}

const ALIAS = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;

const FIELDS: Fields = {
  Aliases: { rule: list(text(63, ALIAS), 16) },
  IPAMConfig: {
    rule: object({
      IPv4Address: { rule: text(15) },
      IPv6Address: { rule: refuse('there is no IPv6') },
      LinkLocalIPs: { rule: refuse('addresses come from the network') },
    }),
  },
  DriverOpts: { rule: refuse('the lab chooses the options of networks') },
  Links: { rule: refuse('links between containers are not part of it; use names on a network') },
  MacAddress: { rule: refuse('the engine chooses it') },
  GwPriority: { rule: ignore },
  NetworkID: { rule: ignore },
  EndpointID: { rule: ignore },
  Gateway: { rule: ignore },
  IPAddress: { rule: ignore },
  IPPrefixLen: { rule: ignore },
  IPv6Gateway: { rule: ignore },
  GlobalIPv6Address: { rule: ignore },
  GlobalIPv6PrefixLen: { rule: ignore },
  DNSNames: { rule: ignore },
};

/** @throws Refusal */
export function endpointSettings(context: PolicyContext, value: Json, path: string): EndpointSettings {
  if (value === null) return { aliases: [], address: null };
  if (!isObject(value)) throw bad(`${path}: not an object`);
  const { Aliases = [], IPAMConfig } = rebuild(value, FIELDS, path) as { Aliases?: string[]; IPAMConfig?: { IPv4Address?: string } };
  const reserved = Aliases.find((alias) => context.names.isReserved(alias));
  if (reserved !== undefined) throw denied(`${path}.Aliases: the name ${reserved} is reserved by the lab`);
  const address = IPAMConfig?.IPv4Address ?? null;
  if (address !== null && !isIPv4(address)) throw bad(`${path}.IPAMConfig: ${address} is not an address`);
  return { aliases: Aliases, address };
}
