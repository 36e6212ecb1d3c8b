/** The shop sends orders on: GET /route?to=NAME says where that partner is now. */
import { lookup } from 'node:dns/promises';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const NEEDED = ['rates.corp.test', 'stock'];
const EVERY_MS = 2000;

/** Asks for the address of a name as every program does: through getaddrinfo, which reads /etc/hosts and /etc/resolv.conf. */
async function find(name) {
  const begun = performance.now();
  const found = await lookup(name, { family: 4 }).catch((error) => ({ error: error.code }));
  return { ...found, ms: Math.round(performance.now() - begun) };
}

function say(line) {
  console.log(line);
  appendFileSync('log/shop.log', `${line}\n`);
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://shop');
  const name = searchParams.get('to') ?? '';
  const found = pathname === '/route' && name !== '' ? await find(name) : { error: 'no such page' };
  response.writeHead(found.address === undefined ? 502 : 200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(found)}\n`);
}).listen(8080);

while (true) {
  for (const name of NEEDED) {
    const { address, error, ms } = await find(name);
    say(`${name}: ${address ?? error} after ${ms} ms`);
  }
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
