/** The company's resolver: the zone corp.test over UDP and TCP, a log of what was asked, and a door for the probes. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ask, neighbour } from './door.mjs';
import { answerTo, eachMessage, readQuestion, withLength } from './messages.mjs';
import { addAddress, onOneMachine, RESOLVER, RETIRED } from './places.mjs';

const KEPT = 5000;
const zone = new Map([
  ['rates.corp.test', '198.51.100.10'],
  ['orders.corp.test', '198.51.100.11'],
]);
const asked = [];

const toNumber = (address) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** The address of this resolver on the network of whoever asks. */
function ownAddress(asker) {
  if (onOneMachine) return RESOLVER;
  const all = Object.values(networkInterfaces())
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
  const near = all.find(({ address, netmask }) => ((toNumber(address) ^ toNumber(asker)) & toNumber(netmask)) === 0);
  return (near ?? all[0])?.address;
}

async function addressOf(name, asker) {
  if (name === 'ns1.corp.test') return ownAddress(asker);
  if (name !== 'ns0.corp.test') return zone.get(name);
  return onOneMachine ? RETIRED : (await lookup('retired', { family: 4 })).address;
}

async function answer(message, asker) {
  const question = readQuestion(message);
  if (question === null) return null;
  asked.push(question.name);
  if (asked.length > KEPT) asked.shift();
  return answerTo(message, question, await addressOf(question.name, asker).catch(() => undefined));
}

function listen(address) {
  const socket = createSocket('udp4');
  socket.on('message', async (message, { address: asker, port }) => {
    const reply = await answer(message, asker);
    if (reply !== null) socket.send(reply, port, asker, () => {});
  });
  socket.bind(53, address);
  createServer((connection) => {
    eachMessage(connection, async (message) => {
      const reply = await answer(message, connection.remoteAddress ?? '127.0.0.1');
      if (reply !== null && connection.writable) connection.write(withLength(reply));
    });
  }).listen(53, address);
}

if (onOneMachine) addAddress(RESOLVER);
for (const address of onOneMachine ? ['127.0.0.53', RESOLVER] : ['0.0.0.0']) listen(address);

createHttpServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://resolver');
  const name = searchParams.get('name') ?? '';
  const container = searchParams.get('container') ?? '';
  const send = (value) => response.end(JSON.stringify(value));
  response.setHeader('content-type', 'application/json');
  if (pathname === '/health') return send({ ok: true });
  if (pathname === '/zone') {
    zone.set(name, searchParams.get('address'));
    return send({ size: zone.size });
  }
  if (pathname === '/log') return send({ queries: asked.filter((one) => one === name).length });
  if (pathname === '/ask') return send(await ask(container, name, Number(searchParams.get('ms') ?? 5000)));
  if (pathname === '/neighbour') return send(await neighbour(container));
  response.statusCode = 404;
  send({});
}).listen(Number(process.env.CONTROL_PORT));
