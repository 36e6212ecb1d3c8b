import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import Docker from 'dockerode';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { callEngine } from './api.ts';

/** An engine that begins an answer and never ends it; `/cut` cuts the connection. */
async function engine(): Promise<Docker> {
  const socketPath = join(temporaryDirectory(), 'docker.sock');
  const server = createServer((request, response) => {
    if (request.url?.includes('/whole')) return void response.end('{"a":1}');
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"a":', () => {
      if (request.url?.includes('/cut')) (response.socket as Socket).destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Docker({ socketPath });
}

test.each(['/stalls', '/cut'])(
  'a call whose answer breaks off (%s) ends with its time-out',
  async (path) => {
    const call = callEngine(await engine(), { method: 'GET', path, timeoutMs: 300 });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  },
  5_000,
);

test.each(['/stalls', '/cut'])(
  'a call whose answer breaks off (%s) ends with its signal',
  async (path) => {
    const call = callEngine(await engine(), { method: 'GET', path, signal: AbortSignal.timeout(300) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    const before = callEngine(await engine(), { method: 'GET', path, signal: AbortSignal.abort(new Error('over')) });
    await expect(before).rejects.toThrow('over');
  },
  5_000,
);

test('a whole answer comes as it is', async () => {
  expect(await callEngine(await engine(), { method: 'GET', path: '/whole', signal: new AbortController().signal })).toEqual({ a: 1 });
});
