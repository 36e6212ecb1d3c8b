/** What the gate does when something else fails: the engine, a rule, the gate itself. */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GateFixture, startGateFixture } from '../../test-support/gate-fixture.ts';
import { rawSocket } from '../../test-support/raw-socket.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { EngineClient } from './engine-client.ts';
import { coalesced } from './handlers/coalesced.ts';
import { Turns } from './limits.ts';

const create = (name: string): string => {
  const body = JSON.stringify({ Image: 'lab' });
  return `POST /v1.41/containers/create?name=${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

describe('a gate', () => {
  let fixture: GateFixture;
  beforeEach(async () => {
    fixture = await startGateFixture();
  });
  afterEach(() => fixture.close());

  it('HTP-066: an exception inside a rule is a refusal, and nothing is forwarded', async () => {
    vi.spyOn(fixture.gate.session.context, 'image').mockImplementation(() => {
      throw new TypeError('cannot read properties of /var/lib/docker');
    });
    const before = fixture.engine.requests.length;
    const answer = await rawSocket(fixture.socket, create('x'), 1_000);
    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('/var/lib');
    expect(fixture.engine.requests.length).toBe(before);
    expect(fixture.gate.session.ledger.rows()).toEqual([]);
  });

  it('HTP-068: what the engine says is told without its folders and without the names of others', () => {
    const { session } = fixture.gate;
    const own = session.names.mangle('web');
    expect(
      session.scrub(
        `cannot mount /var/lib/docker/overlay2/abc/merged over ${own}: in use by ops-lab-0123456789ab-api and ops-lab-0123456789abcdef.db (${'5'.repeat(64)})`,
      ),
    ).toBe('cannot mount (engine) over web: in use by (another) and (another) ((another))');
  });

  it.each([
    ['folders without a word of the engine', '/var/', (text: string) => text],
    ['folders with one at the end', '/var/', () => '(engine)', 'docker'],
    ['names of sessions without an end', `ops-lab-session-${'x'.repeat(60)}`, (text: string) => text],
    ['ids of others', `${'5'.repeat(64)} `, (text: string) => text.replace(/5{64}/g, '(another)')],
  ])('DOS: a megabyte of %s is scrubbed in one go', (_what, piece, expected, end = '') => {
    const text = piece.repeat(Math.ceil(1024 ** 2 / piece.length)) + end;
    // Not toBe: a difference of a megabyte is nothing to print.
    expect(fixture.gate.session.scrub(text) === expected(text)).toBe(true);
  });

  it('HTP-065: a gate that ends in the middle of a request leaves its intent, and the next one settles it', async () => {
    const { session } = fixture.gate;
    let asked: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    // The engine has got the request and never answers.
    vi.spyOn(session.engine, 'call').mockImplementation((call) => {
      if (call.path !== '/containers/create') return Promise.resolve({ Config: {} }) as never;
      asked();
      return new Promise(() => {}) as never;
    });
    const answer = rawSocket(fixture.socket, create('half'), 5_000);
    await reached;
    expect(session.ledger.rows('container')).toMatchObject([{ name: 'half', state: 'intent', id: null }]);
    await fixture.gate.close();
    expect(await answer).toMatchObject({ status: 0, closed: true });
    await expect(rawSocket(fixture.socket, create('again'))).rejects.toThrow('ENOENT');
  });
});

describe('the engine', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('HTP-067: an answer without an end is cut at its limit', async () => {
    const socketPath = join(temporaryDirectory(), 'engine.sock');
    server = createServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const client = new EngineClient({ socketPath, timeoutMs: 5_000, answerBytes: 1_000_000 });
    await expect(client.ask({ method: 'GET', path: '/containers/json' })).rejects.toThrow('more than is read');
    client.close();
  });
});

describe('many at once', () => {
  it('DOS-018: of many calls of which only the latest matters, few are made, and the latest is', async () => {
    const made: number[] = [];
    const call = (number: number) => async (): Promise<void> => {
      made.push(number);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const owner = {};
    await Promise.all(Array.from({ length: 10_000 }, (_, number) => coalesced(owner, 'window', call(number))));
    expect(made).toEqual([0, 9_999]);
  });

  it('takes turns, also after one that failed', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      if (name === 'a') throw new Error('a fails');
    };
    expect((await Promise.allSettled([turns.run(work('a')), turns.run(work('b'))])).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
    ]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});
