/**
 * node look.js NAME            looks a name up in two ways and says how long each took
 * node look.js -l NAME         in the first way only
 * node look.js -a NAME         prints the address and nothing else
 * node look.js -e SECONDS NAME again and again
 */
import { lookup, resolve4 } from 'node:dns/promises';

async function timed(what, name, ask) {
  const begun = performance.now();
  const result = await ask(name).catch((error) => error.code);
  console.log(`${what}${name}: ${result} after ${Math.round(performance.now() - begun)} ms`);
}

/** getaddrinfo of the C library. */
const byLibrary = async (name) => (await lookup(name, { family: 4 })).address;
/** Node's own resolver, c-ares: reads /etc/resolv.conf, but neither /etc/hosts nor its options. */
const byNode = async (name) => (await resolve4(name)).join(' ');

const [first, ...rest] = process.argv.slice(2);
if (first === '-a') {
  console.log(await byLibrary(rest[0]));
} else if (first === '-e') {
  while (true) {
    await timed('', rest[1], byLibrary);
    await new Promise((resolve) => setTimeout(resolve, Number(rest[0]) * 1000));
  }
} else if (first === '-l') {
  await timed('', rest[0], byLibrary);
} else {
  await timed('dns.lookup   ', first, byLibrary);
  await timed('dns.resolve4 ', first, byNode);
}
