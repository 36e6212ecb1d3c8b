/** A client that sends requests and does not take the answers. */
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { BOUNDS, DEFAULT_LIMITS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { GateServer, type Handler } from './server.ts';

const REQUEST = 'GET /v1.41/containers/x/json HTTP/1.1\r\nHost: d\r\n\r\n';
/** What somebody asks for who takes the answer. */
const OTHER = '/v1.41/containers/y/json';
const MANY = 400;

let server: GateServer | undefined;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.destroy();
  await server?.close();
});

/** @returns a connection that has sent many requests and reads nothing yet */
async function pipeline(handler: Handler, drainMs = 60_000, requests = MANY): Promise<Socket & { readonly path: string }> {
  const path = join(temporaryDirectory(), 'gate.sock');
  server = new GateServer({ ...DEFAULT_LIMITS, drainMs }, {}, handler);
  await server.listen(path, 0o600);
  const client = connect(path);
  socket = client;
  client.on('error', () => {});
  client.pause();
  client.write(REQUEST.repeat(requests));
  return Object.assign(client, { path });
}

/** Asks for OTHER and takes the answer. */
function ask(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path: OTHER, headers: { Host: 'd' } }, (answer) => {
      answer.on('end', resolve);
      answer.resume();
    });
    request.on('error', reject);
  });
}

it.each([
  ['an answer', 200],
  ['a refusal', 429],
])('DOS-015: whoever takes no answer gets no second one: %s', async (_what, status) => {
  let handled = 0;
  const client = await pipeline(({ head, reply }) => {
    if (head.path === OTHER) {
      reply.empty(204);
      return Promise.resolve();
    }
    handled += 1;
    if (status !== 200) return Promise.reject(new Refusal(status, 'x'.repeat(1_000_000)));
    reply.json(200, { text: 'x'.repeat(1_000_000) });
    return Promise.resolve();
  });
  await expect.poll(() => handled).toBeGreaterThan(0);
  // Another client is served many times over meanwhile; so would this one be, if nothing held its next request back.
  for (let trip = 0; trip < MANY; trip += 1) await ask(client.path);
  expect(handled).toBeLessThan(5);
  let answers = 0;
  client.on('data', (chunk) => {
    answers += chunk.toString('latin1').split('HTTP/1.1 ').length - 1;
  });
  client.resume();
  await expect.poll(() => handled).toBe(MANY);
  await expect.poll(() => answers).toBeGreaterThan(MANY * 0.9);
});

it('DOS-015: an answer that is not taken in time ends its connection', async () => {
  let handled = 0;
  const client = await pipeline(({ reply }) => {
    handled += 1;
    reply.json(200, { text: 'x'.repeat(1_000_000) });
    return Promise.resolve();
  }, 200);
  const failed = vi.fn();
  client.on('error', failed);
  // It still reads nothing, so that only a write tells it.
  await expect
    .poll(() => {
      client.write('x');
      return failed.mock.calls.length;
    })
    .toBeGreaterThan(0);
  expect(handled).toBeLessThan(5);
});

it('DOS-015: an answer that is larger than what may wait is refused, not sent', async () => {
  let text = '';
  const client = await pipeline(
    ({ reply }) => {
      reply.whole(200, 'text/plain', Buffer.alloc(BOUNDS.wholeAnswerBytes + 1));
      return Promise.resolve();
    },
    60_000,
    1,
  );
  client.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  client.resume();
  await expect.poll(() => text).toMatch(/^HTTP\/1\.1 [45]\d\d [\s\S]*16 MB for one answer/);
});
