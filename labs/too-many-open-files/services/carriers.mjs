/**
 * Four parcel carriers, each on a port of its own. `GET /price/PARCEL` is answered with {"parcel":PARCEL,"cents":N}.
 *
 *   alder    always answers at once
 *   birch    takes some parcels and never answers
 *   cedar    for some parcels sends one byte every 300 ms, without end
 *   dogwood  for some parcels resets the connection
 *
 * Which parcels those are depends on the parcel's number alone, so that a probe can ask a carrier first what it will do.
 */
import { createServer } from 'node:http';

const DRIP_MS = 300;

const carriers = {
  ALDER: answer,
  BIRCH: sometimes(() => undefined),
  CEDAR: sometimes(drip),
  DOGWOOD: sometimes((request) => request.socket.resetAndDestroy()),
};

for (const [name, behave] of Object.entries(carriers)) {
  const server = createServer((request, response) => {
    const parcel = Number(/^\/price\/(\d{1,9})$/.exec(request.url)?.[1] ?? Number.NaN);
    if (Number.isNaN(parcel)) {
      response.writeHead(404);
      return response.end();
    }
    behave(request, response, parcel, name);
  });
  // None of them ends a connection by itself.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(Number(process.env[`${name}_PORT`]));
}

function sometimes(misbehave) {
  return (request, response, parcel, name) =>
    scatter(parcel, 17) % 2 === 0 ? answer(request, response, parcel, name) : misbehave(request, response, parcel, name);
}

function answer(_request, response, parcel, name) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ parcel, cents: 300 + (scatter(parcel, name.charCodeAt(0)) % 2000) }));
}

function drip(_request, response) {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), DRIP_MS);
  response.on('close', () => clearInterval(timer));
}

/** A number from 0 to 2^32 - 1 that looks as if it had nothing to do with the parcel. */
function scatter(parcel, salt) {
  let x = Math.imul(parcel + salt * 40_503, 2_654_435_761);
  x = Math.imul(x ^ (x >>> 15), 2_246_822_519);
  return (x ^ (x >>> 13)) >>> 0;
}
