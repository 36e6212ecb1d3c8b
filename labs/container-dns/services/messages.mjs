/** DNS on the wire, as much of it as these servers need: one question, answers of type A. */
const A = 1;

/** @returns the first question; null for what is no query */
export function readQuestion(message) {
  if (message.length < 17 || (message[2] & 0x80) !== 0) return null;
  const labels = [];
  let at = 12;
  while (at < message.length && message[at] !== 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
    at += message[at] + 1;
  }
  if (at + 5 > message.length) return null;
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** @param address of the name; undefined when there is no such name */
export function answerTo(message, { type, end }, address) {
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  const answers = address !== undefined && type === A ? 1 : 0;
  // A response, authoritative, recursion as asked and available; NXDOMAIN is 3.
  header.writeUInt16BE(0x8480 | (message.readUInt16BE(2) & 0x0100) | (address === undefined ? 3 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers, 6);
  const record = answers === 0 ? [] : [Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)])];
  return Buffer.concat([header, message.subarray(12, end), ...record]);
}

/** Calls back with each whole message of a TCP connection: two bytes of length come before it. */
export function eachMessage(socket, take) {
  let rest = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      take(rest.subarray(2, 2 + rest.readUInt16BE(0)));
      rest = rest.subarray(2 + rest.readUInt16BE(0));
    }
  });
}

export function withLength(message) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
