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
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { findOrder } from './orders.js';
import { calibrate, countPrimes } from './primes.js';

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

function calculate(response, n) {
  if (!Number.isInteger(n) || n < 1 || n > LARGEST) return send(response, 400, { error: `n must be from 1 to ${LARGEST}` });
  const started = Date.now();
  const primes = countPrimes(n);
  console.log(`calculate n=${n}: ${Date.now() - started} ms`);
  send(response, 200, { n, primes });
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

if (cluster.isPrimary) {
  for (let i = 0; i < 4; i += 1) cluster.fork();
} else {
  server.listen(Number(process.env.PORT ?? 8080), () => {
    console.log(`orders-api listens, process ${process.pid}; the usual calculation has n=${usual}`);
  });
}
