/**
 * shipping-api: what a parcel costs with a carrier, our handling included.
 *
 *   GET /health                200 {"status":"ok"}
 *   GET /price/CARRIER/PARCEL  200 {"carrier":...,"parcel":...,"cents":...}
 *                              502 or 504 when the carrier gave no price
 *
 * Callers hang up after 3 s.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { askCarrier, isCarrier } from './carriers.js';

const server = createServer(async (request, response) => {
  if (request.url === '/health') return send(response, 200, { status: 'ok' });
  const [, carrier, parcel] = /^\/price\/([a-z]+)\/(\d{1,9})$/.exec(request.url) ?? [];
  if (carrier === undefined || !isCarrier(carrier)) return send(response, 404, { error: 'no such page' });
  if (carrier !== 'alder') return send(response, 503, { error: 'this carrier is switched off' });
  try {
    send(response, 200, await price(carrier, Number(parcel)));
  } catch (error) {
    console.error(`price ${carrier}: ${error.message}`);
    send(response, 502, { error: 'no price from the carrier' });
  }
});

async function price(carrier, parcel) {
  const tariffs = JSON.parse(await readFile(new URL('tariffs.json', import.meta.url), 'utf8'));
  const { cents } = await askCarrier(carrier, parcel);
  return { carrier, parcel, cents: cents + tariffs[carrier].handlingCents };
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`shipping-api listens, process ${process.pid}`);
});
