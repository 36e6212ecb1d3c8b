/** The resolver on the machine's own loopback, as many systems have one: it passes everything on to the company's. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect, createServer } from 'node:net';

const STUB = '127.0.0.53';
const PATIENCE_MS = 5000;
const engine = new Resolver();
engine.setServers(['127.0.0.11']);
let company;
while (company === undefined) {
  company = await engine.resolve4('resolver').then(
    ([address]) => address,
    () => undefined,
  );
  if (company === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
}

const socket = createSocket('udp4');
socket.on('message', (message, { address, port }) => {
  const outward = createSocket('udp4');
  const timer = setTimeout(() => outward.close(), PATIENCE_MS);
  outward.on('error', () => {});
  outward.once('message', (reply) => {
    clearTimeout(timer);
    outward.close();
    socket.send(reply, port, address, () => {});
  });
  outward.send(message, 53, company, () => {});
});
socket.bind(53, STUB);
createServer((inward) => {
  const outward = connect(53, company);
  for (const [one, other] of [
    [inward, outward],
    [outward, inward],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
}).listen(53, STUB);
