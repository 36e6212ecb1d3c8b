import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { send } from './http.ts';
import { load, loadForever, percentile } from './load.ts';

describe('HTTP load', () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.close().closeAllConnections();
    server = null;
  });

  async function serve(answer: (request: IncomingMessage, response: ServerResponse, number: number) => void): Promise<string> {
    let number = 0;
    server = createServer((request, response) => answer(request, response, number++));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('takes percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.9, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 90, 99, 100]);
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([], 0.5)).toBe(0);
  });

  it('tells a service that answers from the tenth of its answers that are slow', async () => {
    const url = await serve((_, response, number) => setTimeout(() => response.end('ok'), number % 10 === 0 ? 300 : 0));
    const figures = await load(url, { rate: 100, seconds: 1 });
    expect(figures).toMatchObject({ sent: 100, answered: 100, ok: 100, failed: 0 });
    expect(figures.p99).toBeGreaterThanOrEqual(295);
    expect(figures.p50).toBeLessThan(figures.p99);
    expect(figures.max).toBeGreaterThanOrEqual(figures.p99);
  });

  it('goes on sending while nothing is answered, and counts what times out with its time-out', async () => {
    const arrivals: number[] = [];
    const url = await serve(() => arrivals.push(performance.now()));
    const figures = await load(url, { rate: 50, seconds: 0.6, timeoutMs: 400 });
    expect(figures).toMatchObject({ sent: 30, answered: 0, ok: 0, failed: 30, p50: 400, p99: 400, max: 400 });
    expect(arrivals).toHaveLength(30);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(400);
  });

  it('counts an answer with a bad status as answered but failed, and a reset as neither', async () => {
    const url = await serve((request, response, number) => {
      if (number % 2 === 0) request.socket.destroy();
      else response.writeHead(503).end();
    });
    expect(await load(url, { rate: 40, seconds: 0.5, timeoutMs: 1000 })).toMatchObject({
      sent: 20,
      answered: 10,
      ok: 0,
      failed: 20,
      max: 1000,
    });
  });

  it('ends background load when told to', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const ending = new AbortController();
    const over = loadForever(url, 100, 1000, ending.signal);
    await expect.poll(() => requests).toBeGreaterThan(5);
    ending.abort();
    await over;
  });

  it('gives an answer whole, and a code where there is none', async () => {
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => response.writeHead(201, { 'x-method': request.method }).end(body.toUpperCase()));
    });
    const answer = await send(url, { method: 'POST', body: 'abc' });
    expect(answer).toMatchObject({ status: 201, error: '', body: 'ABC', headers: { 'x-method': 'POST' } });
    server?.close().closeAllConnections();
    expect(await send(url)).toMatchObject({ status: 0, error: 'ECONNREFUSED' });
  });

  it('bounds the whole answer by the deadline, not the gaps between its bytes', async () => {
    const url = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(drip));
    });
    const answer = await send(url, { timeoutMs: 300 });
    expect(answer).toMatchObject({ status: 0, error: 'TIMEOUT' });
  });
});
