/** Asks the learner's containers, from a place that is on each of their networks. */
import { lookup } from 'node:dns/promises';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { BOXES, onOneMachine } from './places.mjs';

const PORT = 8080;

/** Lines of `NETWORK ADDRESS`, as box keeps them. */
function boxNetworks(container) {
  try {
    return readFileSync(`${BOXES}/${container}/networks`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  } catch {
    return [];
  }
}

async function whereIs(container) {
  if (!/^[a-z0-9-]+$/.test(container)) return null;
  if (onOneMachine) return boxNetworks(container)[0]?.[1] ?? null;
  return lookup(container, { family: 4 }).then(
    ({ address }) => address,
    () => null,
  );
}

async function fetchJson(url, ms) {
  const begun = performance.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ms) });
    return { status: response.status, body: await response.json(), ms: performance.now() - begun };
  } catch {
    return { status: 0, body: {}, ms: performance.now() - begun };
  }
}

/** What a container's program says of a name. `machine`: whether it shares the network of the machine itself. */
export async function ask(container, name, ms) {
  const address = await whereIs(container);
  if (address === null) return { status: 0, body: {}, ms: 0, machine: false };
  const answer = await fetchJson(`http://${address}:${PORT}/route?to=${encodeURIComponent(name)}`, ms);
  return { ...answer, machine: address === '127.0.0.1' };
}

const ownAddresses = () =>
  Object.values(networkInterfaces())
    .flat()
    .map(({ address }) => address);

/** On an engine: the short id of this very container, which is its name on each network with names. */
function shortId() {
  return /containers\/([0-9a-f]{12})[0-9a-f]{52}/.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1] ?? null;
}

/** Whether the container finds another one by a name that nobody could have written down for it. */
export async function neighbour(container) {
  if (!onOneMachine) {
    const name = shortId();
    if (name === null) return { found: null };
    const { body } = await ask(container, name, 5000);
    return { found: ownAddresses().includes(body.address) };
  }
  const name = `x${Math.random().toString(36).slice(2, 10)}`;
  const networks = boxNetworks(container).map(([network, address]) => [network, address.replace(/\.\d+$/, '.254')]);
  mkdirSync(`${BOXES}/${name}`, { recursive: true });
  try {
    writeFileSync(`${BOXES}/${name}/networks`, `${networks.map((line) => line.join(' ')).join('\n')}\n`);
    const { body } = await ask(container, name, 5000);
    return { found: networks.some(([, address]) => address === body.address) };
  } finally {
    rmSync(`${BOXES}/${name}`, { recursive: true, force: true });
  }
}
