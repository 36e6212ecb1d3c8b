/**
 * The twin-engine test: a recorder stands where the engine would, and an oracle that reads as Go does says whether what came
 * through is safe. 20 000 hostile requests in all.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unsafe } from '../../test-support/engine-oracle.ts';
import { BASE, type GateFixture, SESSION, SESSION_NETWORK, startGateFixture, TERMINAL } from '../../test-support/gate-fixture.ts';
import { archiveEntry, bodyText, dockerfileLine, hostile, member, REAL } from '../../test-support/hostile-requests.ts';
import { RequestLine } from '../../test-support/raw-socket.ts';
import { padding, TAR_END, tarHeader } from './build/tar.ts';
import { ENDPOINTS } from './policy/endpoints.ts';

const LOTS = { containers: 1e6, execs: 1e6, networks: 1e6, volumes: 1e6, images: 1e6 };
const HEAD = 'Host: docker\r\n';

const request = (method: string, target: string, body: Buffer | string = '', type = 'application/json', more = ''): Buffer => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const framing = method === 'POST' || method === 'PUT' ? `Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n` : '';
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${HEAD}${framing}${more}\r\n`),
    framing === '' ? Buffer.alloc(0) : bytes,
  ]);
};

describe('whatever reaches the engine is safe', () => {
  let fixture: GateFixture;
  let line: RequestLine;
  let own = '';
  let accepted = 0;
  let sent = 0;

  beforeAll(async () => {
    fixture = await startGateFixture({ ...LOTS, streams: 1e6, connections: 1e6 });
    line = new RequestLine(fixture.socket);
    own = await (async () => {
      await send(request('POST', '/v1.41/containers/create?name=own', JSON.stringify(REAL)));
      return fixture.gate.session.ledger.own('container')[0]?.id ?? '';
    })();
  });
  afterEach(() => {
    line.close();
  });
  afterAll(() => fixture?.close());

  async function send(bytes: Buffer, withBody = true): Promise<number> {
    const before = fixture.engine.requests.length;
    const status = await line.send(bytes, withBody);
    sent += 1;
    if (status < 300) accepted += 1;
    const knowledge = {
      engine: fixture.engine,
      sessionId: SESSION,
      network: SESSION_NETWORK,
      workspace: 'ops-lab-fixture-workspace',
      images: [BASE],
    };
    for (const seen of fixture.engine.requests.slice(before)) {
      const fault = unsafe(seen, knowledge);
      if (fault !== null)
        throw new Error(`reached the engine: ${fault}\n${seen.method} ${seen.target}\n${seen.body.toString().slice(0, 2_000)}`);
    }
    fixture.engine.requests.length = 0;
    for (const row of fixture.gate.session.ledger.rows()) if (row.name !== 'own') fixture.gate.session.ledger.remove(row);
    // 500 is the gate's own word for a fault of its own.
    expect(status).not.toBe(500);
    return status;
  }

  it('lets the real client create a container', () => {
    expect(own).toMatch(/^[0-9a-f]{64}$/);
  });

  it('container bodies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 3 }), async (members) => {
        await send(request('POST', '/v1.41/containers/create', bodyText(members)));
      }),
      { numRuns: 9_000 },
    );
    expect(Object.prototype).not.toHaveProperty('x');
    // A gate that blocks everything would pass, too.
    expect(accepted).toBeGreaterThan(500);
  }, 60_000);

  it('bodies of exec, network, volume, connect and update', async () => {
    const target = fc.constantFrom(
      `/containers/${'OWN'}/exec`,
      '/networks/create',
      '/volumes/create',
      `/networks/${SESSION_NETWORK}/connect`,
      `/containers/${'OWN'}/update`,
      `/containers/${'OWN'}/start`,
      `/networks/${SESSION_NETWORK}/disconnect`,
    );
    const keys = [
      'Cmd',
      'Privileged',
      'Env',
      'User',
      'WorkingDir',
      'Name',
      'Driver',
      'DriverOpts',
      'Options',
      'Internal',
      'Scope',
      'IPAM',
      'Labels',
      'ClusterVolumeSpec',
      'Container',
      'EndpointConfig',
      'Force',
      'Memory',
      'RestartPolicy',
      'ConfigFrom',
      'Ingress',
      'EnableIPv6',
      'Devices',
      'CheckDuplicate',
    ];
    const values = fc.oneof(
      hostile,
      fc.constantFrom<unknown>('own', 'bridge', 'macvlan', 'name', ['sh'], { type: 'none' }, { Config: [{ Subnet: '10.0.0.0/8' }] }),
    );
    await fc.assert(
      fc.asyncProperty(target, fc.dictionary(fc.constantFrom(...keys), values, { maxKeys: 5 }), async (path, body) => {
        await send(request('POST', `/v1.41${path.replace('OWN', own)}`, JSON.stringify(body)));
      }),
      { numRuns: 3_000 },
    );
  }, 60_000);

  it('paths and queries of every endpoint', async () => {
    const subject = fc.constantFrom('own', own, own.slice(0, 5), TERMINAL, 'f'.repeat(64), 'x', 'lab', 'a/b', '%2e%2e', '..', 'own/', 'ſ');
    const endpoint = fc.constantFrom(
      ...ENDPOINTS.filter(
        ({ answer, verdict }) => verdict === 'deny' || !['events', 'build', 'attach', 'startExec', 'createContainer'].includes(answer),
      ),
    );
    const value = fc.oneof(
      fc.constantFrom(
        '1',
        '0',
        'true',
        '-1',
        '{}',
        '{"label":["a"]}',
        '{"label":{"a":true}}',
        '{"x":["y"]}',
        '%00',
        '%zz',
        'a%26b%3Dc',
        '/etc',
        '/../etc',
        'aux',
        '; id',
        '-o pid,environ',
        'KILL',
      ),
      fc.string({ maxLength: 12 }),
    );
    const key = fc.oneof(
      fc.constantFrom(
        'all',
        'size',
        'filters',
        'path',
        'signal',
        't',
        'ps_args',
        'force',
        'v',
        'link',
        'name',
        'repo',
        'tag',
        'fromImage',
        'fromSrc',
        'stream',
        'condition',
        'w',
        'h',
        'since',
        'checkpoint',
      ),
      fc.string({ maxLength: 5 }),
    );
    const version = fc.constantFrom('/v1.41', '/v1.41', '/v1.41', '', '/v1.24', '/v1.40', '/V1.41', '/v1.41/.');
    await fc.assert(
      fc.asyncProperty(
        endpoint,
        subject,
        version,
        fc.array(fc.tuple(key, value), { maxLength: 3 }),
        async ({ method, path }, name, prefix, pairs) => {
          const query = pairs.map(([k, v]) => `${k}=${v}`).join('&');
          const target = `${prefix}${path.replace(/\{(?:id|name)\}/g, name)}${query === '' ? '' : `?${query}`}`.replace(/[\r\n]/g, '');
          await send(
            Buffer.from(
              `${method} ${target} HTTP/1.1\r\n${HEAD}${method === 'POST' || method === 'PUT' ? 'Content-Length: 0\r\n' : ''}\r\n`,
              'latin1',
            ),
            method !== 'HEAD',
          );
          // The one container that the test goes on with may have been removed by it.
          if (!fixture.gate.session.ledger.byId('container', own)) {
            await send(request('POST', '/v1.41/containers/create?name=own', JSON.stringify(REAL)));
            own = fixture.gate.session.ledger.own('container').find((row) => row.name === 'own')?.id ?? own;
          }
        },
      ),
      { numRuns: 5_000 },
    );
  }, 60_000);

  it('heads', async () => {
    const header = fc.constantFrom(
      'Content-Length: 5',
      'Content-Length: 3',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding : chunked',
      'Upgrade: tcp',
      'Upgrade: h2c',
      'Connection: Upgrade',
      ' folded',
      'Host: other',
      'X: y',
      'Expect: 100-continue',
      'Content-Type: application/x-www-form-urlencoded',
      'X-Registry-Auth: e30=',
      'Cookie: a=b',
    );
    const body = fc.constantFrom(
      '',
      '{}',
      '0\r\n\r\n',
      '2\r\n{}\r\n0\r\n\r\n',
      'GET /swarm HTTP/1.1\r\nHost: x\r\n\r\n',
      JSON.stringify({ Image: 'lab', HostConfig: { Privileged: true } }),
    );
    const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'POST /v1.41/containers/create',
          'POST /v1.41/containers/own/attach',
          'GET /v1.41/containers/json',
          'POST /v1.41/containers/own/start',
        ),
        fc.array(header, { maxLength: 4 }),
        body,
        ending,
        async (first, headers, tail, end) => {
          const text = `${first} HTTP/1.1${end}Host: x${end}${headers.map((one) => `${one}${end}`).join('')}${end}${tail}`;
          // Whatever was left on the wire belongs to this connection alone.
          const once = new RequestLine(fixture.socket);
          const before = fixture.engine.requests.length;
          const answered = once.send(Buffer.concat([Buffer.from(text), Buffer.from('\r\n\r\nX')])).catch(() => 0);
          expect(await answered).not.toBe(500);
          once.close();
          sent += 1;
          for (const seen of fixture.engine.requests.slice(before)) {
            expect(
              unsafe(seen, {
                engine: fixture.engine,
                sessionId: SESSION,
                network: SESSION_NETWORK,
                workspace: 'ops-lab-fixture-workspace',
                images: [BASE],
              }),
            ).toBeNull();
          }
          fixture.engine.requests.length = 0;
        },
      ),
      { numRuns: 1_500 },
    );
  }, 60_000);

  it('Dockerfiles and archives', async () => {
    const file = (one: Parameters<typeof tarHeader>[0], content: Buffer): Buffer =>
      Buffer.concat([tarHeader(one), content, padding(content.length)]);
    let built = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(dockerfileLine, { maxLength: 4 }),
        fc.array(archiveEntry, { maxLength: 1 }),
        fc.constantFrom(
          '',
          '&networkmode=host',
          '&remote=http%3A%2F%2Fx',
          '&t=app',
          '&t=evil.example%2Fx',
          '&labels=%7B%7D',
          '&version=2',
          '&target=a',
        ),
        async (lines, entries, query) => {
          const text = Buffer.from(['FROM lab', ...lines].join('\n'));
          const archive = Buffer.concat([
            ...entries.map((one) => file(one, Buffer.from('abc'.slice(0, one.size)))),
            file({ name: 'Dockerfile', kind: 'file', mode: 0o644, modified: 0, size: text.length, link: '' }, text),
            TAR_END,
          ]);
          if ((await send(request('POST', `/v1.41/build?dockerfile=Dockerfile${query}`, archive, 'application/x-tar'))) === 200) built += 1;
        },
      ),
      { numRuns: 1_500 },
    );
    expect(built).toBeGreaterThan(50);
  }, 60_000);

  it('was 20 000 requests, and the gate is as it was', async () => {
    expect(sent).toBeGreaterThanOrEqual(20_000);
    expect(await send(request('GET', '/_ping'))).toBe(200);
    expect(await send(request('POST', '/v1.41/containers/create', JSON.stringify(REAL)))).toBe(201);
  });
});
