/** What a script probe works with. */
import { randomInt } from 'node:crypto';
import type { ProbeContext } from '../probe-script.ts';
import { send } from './http.ts';
import { load } from './load.ts';
import type { Addresses, ObserverCall } from './protocol.ts';

/** The probe could not measure, and says why. */
export class GaveUp extends Error {}

const LOOK_EVERY = 100;

/** Asks the runtime; rejects with its reason. */
export type Ask = (call: ObserverCall, service: string) => Promise<unknown>;

/** The URL of a service from here. @throws GaveUp for a service without an address */
export function urlOf(addresses: Addresses, service: string, port: number): string {
  const address = addresses[service];
  if (!address) throw new GaveUp(`the lab has no service ${service} that can be reached`);
  return `http://${address.host}:${address.ports?.[String(port)] ?? port}`;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a probe script of a lab is given (docs/lab-authoring.md). @param ask looks at the kernel and the engine in its place */
export function makeProbeContext(args: ProbeContext['args'], addresses: Addresses, ask: Ask): ProbeContext {
  return {
    args,
    url: (service, port) => urlOf(addresses, service, port),
    request: (url, options) => send(url, options),
    load: (url, options) => load(url, options),
    processes: async (service) => (await ask('processes', service)) as Awaited<ReturnType<ProbeContext['processes']>>,
    service: async (service) => (await ask('service', service)) as Awaited<ReturnType<ProbeContext['service']>>,
    sockets: async (service) => (await ask('sockets', service)) as Awaited<ReturnType<ProbeContext['sockets']>>,
    containers: async () => (await ask('containers', '')) as Awaited<ReturnType<ProbeContext['containers']>>,
    restart: async (service) => {
      await ask('restart', service);
    },
    async waitFor(what, condition, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      while (!(await condition())) {
        if (Date.now() >= deadline) throw new GaveUp(`could not check: ${what}`);
        await sleep(Math.min(LOOK_EVERY, Math.max(1, deadline - Date.now())));
      }
    },
    sleep,
    randomInteger: (low, high) => randomInt(low, high + 1),
    giveUp(reason) {
      throw new GaveUp(reason);
    },
  };
}
