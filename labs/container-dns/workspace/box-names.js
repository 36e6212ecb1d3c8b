/** The name service of one network of box, on the network's own address: node box-names.js NETWORK ADDRESS */
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';

const [network, address] = process.argv.slice(2);
/** The resolver of the machine, for containers that were made without --dns. */
const MACHINE = '127.0.0.53';
const PATIENCE_MS = 5000;

const read = (path) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

/** The containers of this network: name, address, and whom they were told to ask with --dns. */
function members() {
  return readdirSync('boxes').flatMap((name) => {
    const line = read(`boxes/${name}/networks`)
      .split('\n')
      .find((one) => one.startsWith(`${network} `));
    return line === undefined ? [] : [{ name, address: line.split(' ')[1], dns: read(`boxes/${name}/dns`).split('\n')[0] }];
  });
}

function nameIn(message) {
  const labels = [];
  for (let at = 12; message[at] > 0; at += message[at] + 1) labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
  return labels.join('.').toLowerCase();
}

/** The question with one answer of type A; for another type none. */
function answer(message, target) {
  let end = 12;
  while (message[end] > 0) end += message[end] + 1;
  const isA = message.readUInt16BE(end + 1) === 1;
  const header = Buffer.from([message[0], message[1], 0x84 | (message[2] & 1), 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
  const record = isA ? [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...target.split('.').map(Number)])] : [];
  return Buffer.concat([header, message.subarray(12, end + 5), ...record]);
}

const socket = createSocket('udp4');
socket.on('message', (message, asker) => {
  const all = members();
  const found = all.find(({ name }) => name === nameIn(message));
  const reply = (text) => socket.send(text, asker.port, asker.address, () => {});
  if (found !== undefined) return reply(answer(message, found.address));
  const asked = all.find((one) => one.address === asker.address)?.dns ?? '';
  // An address of loopback was meant as the container sees it, and nobody listens there.
  if (asked.startsWith('127.')) return;
  const server = asked || MACHINE;
  const outward = createSocket('udp4');
  const timer = setTimeout(() => outward.close(), PATIENCE_MS);
  outward.on('error', () => {});
  outward.once('message', (text) => {
    clearTimeout(timer);
    outward.close();
    reply(text);
  });
  outward.send(message, 53, server, () => {});
});
socket.bind(53, address, () => console.log(`${network} listens`));
