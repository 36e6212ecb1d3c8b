/**
 * orders-api.
 *
 *   GET /health          200 {"status":"ok"}
 *   GET /orders/ID       200 {"id":ID,"items":...,"cents":...}
 *   GET /calculate?n=N   200 {"n":N,"primes":P} for N from 1 to 200000000
 *
 * Callers of /calculate also understand
 *   202 with a Location header: they ask there until it answers 200 with the same JSON,
 *   503 with Retry-After: too much to do, they come back later.
 */
import { createServer } from 'node:http';
import { findOrder } from './orders.js';
import { CallerGone, countPrimesInPool, QueueFull } from './pool.js';
import { calibrate } from './primes.js';

const LARGEST = 200_000_000;
const usual = calibrate(1);

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://orders-api');
  if (url.pathname === '/health') return send(response, 200, { status: 'ok' });
  if (url.pathname.startsWith('/orders/')) return sendOrder(response, Number(url.pathname.slice('/orders/'.length)));
  if (url.pathname === '/calculate') return calculate(response, Number(url.searchParams.get('n') ?? usual));
  send(response, 404, { error: 'no such page' });
});

function sendOrder(response, id) {
  const order = findOrder(id);
  if (order === undefined) return send(response, 404, { error: 'no such order' });
  send(response, 200, order);
}

async function calculate(response, n) {
  if (!Number.isInteger(n) || n < 1 || n > LARGEST) return send(response, 400, { error: `n must be from 1 to ${LARGEST}` });
  const started = Date.now();
  try {
    const primes = await countPrimesInPool(n, () => response.destroyed);
    console.log(`calculate n=${n}: ${Date.now() - started} ms, waiting included`);
    send(response, 200, { n, primes });
  } catch (error) {
    if (error instanceof QueueFull) return send(response, 503, { error: 'too many calculations are waiting' }, { 'retry-after': '5' });
    if (error instanceof CallerGone) return;
    console.error(error);
    send(response, 500, { error: 'the calculation failed' });
  }
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}

let expected = Date.now() + 500;
setInterval(() => {
  const late = Date.now() - expected;
  if (late > 200) console.warn(`warning: event loop blocked, a timer came ${late} ms late`);
  expected = Date.now() + 500;
}, 500).unref();

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`orders-api listens, process ${process.pid}; the usual calculation has n=${usual}`);
});
