import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateFixture, SESSION_NETWORK, startGateFixture, TERMINAL } from '../../../test-support/gate-fixture.ts';
import { rawSocket } from '../../../test-support/raw-socket.ts';

const CREATE = JSON.stringify({ Image: 'lab' });
const HOST = 'Host: docker\r\n';
const post = (path: string, headers: string, body = ''): string => `POST ${path} HTTP/1.1\r\n${headers}\r\n${body}`;
const create = (headers: string, body = CREATE): string =>
  post('/v1.41/containers/create', `${HOST}Content-Type: application/json\r\n${headers}`, body);
const length = `Content-Length: ${CREATE.length}\r\n`;
const ping = `GET /_ping HTTP/1.1\r\n${HOST}\r\n`;

/** What must be refused with 400 (or another of the 4xx named) and the connection closed, because where it ends is in doubt. */
const BROKEN: readonly [id: string, what: string, bytes: string, status?: number][] = [
  ['HTP-030', 'two lengths', create(`${length}${length}`)],
  ['HTP-030', 'two different lengths', create(`${length}Content-Length: 3\r\n`)],
  ['HTP-030', 'a length with a sign', create('Content-Length: +5\r\n')],
  ['HTP-030', 'a list of lengths', create('Content-Length: 5, 5\r\n')],
  ['HTP-030', 'a length in hex', create('Content-Length: 0x5\r\n')],
  ['HTP-031', 'xchunked', create('Transfer-Encoding: xchunked\r\n')],
  ['HTP-031', 'chunked, identity', create('Transfer-Encoding: chunked, identity\r\n')],
  ['HTP-031', 'odd case', create('Transfer-Encoding: ChunKed\r\n')],
  ['HTP-031', 'a tab inside', create('Transfer-Encoding: \tchunked\tx\r\n')],
  ['G-2', 'both length and encoding', create(`${length}Transfer-Encoding: chunked\r\n`)],
  ['HTP-032', 'chunk extensions', create('Transfer-Encoding: chunked\r\n', `2;x=${'y'.repeat(100)}\r\n{}\r\n0\r\n\r\n`)],
  ['HTP-032', 'trailers', create('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\nX: y\r\n\r\n')],
  ['HTP-033', 'bare LF', ping.replaceAll('\r\n', '\n')],
  ['HTP-033', 'one bare LF', `GET /_ping HTTP/1.1\r\nHost: docker\nX: y\r\n\r\n`],
  ['HTP-033', 'obs-fold', `GET /_ping HTTP/1.1\r\n${HOST}X: y\r\n z\r\n\r\n`],
  ['HTP-033', 'space before the colon', `GET /_ping HTTP/1.1\r\nHost : docker\r\n\r\n`],
  ['HTP-033', 'NUL', `GET /_ping HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`],
  ['HTP-034', 'HTTP/0.9', 'GET /_ping\r\n\r\n'],
  ['HTP-034', 'HTTP/1.0', `GET /_ping HTTP/1.0\r\n${HOST}\r\n`],
  ['HTP-044', 'absolute form', `GET http://x/_ping HTTP/1.1\r\n${HOST}\r\n`],
  ['HTP-045', 'no Host', 'GET /_ping HTTP/1.1\r\nX: y\r\n\r\n'],
  ['HTP-045', 'two Hosts', `GET /_ping HTTP/1.1\r\n${HOST}${HOST}\r\n`],
  ['HTP-046', 'a percent sign in the path', post('/v1.41/containers/%63reate', HOST)],
  ['HTP-047', 'an encoded slash', post('/v1.41/containers/..%2fcontainers/create', HOST)],
  ['HTP-048', 'two slashes', post('/containers//create', HOST)],
  ['HTP-048', 'two slashes in front', post('//containers/create', HOST)],
  ['HTP-049', 'a dot segment', post('/./containers/create', HOST)],
  ['HTP-049', 'two dots', post('/x/../containers/create', HOST)],
  ['G-5', 'a slash at the end', `GET /networks/ HTTP/1.1\r\n${HOST}\r\n`],
  ['HTP-056', 'a target of 1 MB', `GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
  ['HTP-056', 'a target of 5 kB', `GET /${'a'.repeat(5_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ['HTP-058', 'a semicolon in the query', `GET /containers/json?all=1;size=1 HTTP/1.1\r\n${HOST}\r\n`],
  ['HTP-060', '500 headers', `GET /_ping HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(500)}\r\n`, 431],
  ['HTP-060', 'a header of 200 kB', `GET /_ping HTTP/1.1\r\n${HOST}X: ${'y'.repeat(200_000)}\r\n\r\n`, 431],
  ['HTP-061', 'GET with a body', `GET /_ping HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}`],
  ['HTP-061', 'DELETE with a body', `DELETE /containers/x HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}`],
  ['HTP-039', 'Upgrade: h2c on attach', post('/containers/x/attach', `${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n`)],
  ['HTP-039', 'Upgrade: websocket', post('/containers/x/attach', `${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n`)],
  ['HTP-039', 'Upgrade: tcp, h2c', post('/exec/x/start', `${HOST}Connection: Upgrade\r\nUpgrade: tcp, h2c\r\n`)],
  ['G-2', 'the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['G-2', 'CONNECT', `CONNECT x:80 HTTP/1.1\r\n${HOST}\r\n`],
  ['G-2', 'TRACE', `TRACE /_ping HTTP/1.1\r\n${HOST}\r\n`],
  ...['-2', '+2', '0x2', ' 2', '2 ', '2\t', 'FFFFFFFFFFFFFFFF2', '', 'g'].map((size): [string, string, string] => [
    'X-100',
    `the chunk size ${JSON.stringify(size)}`,
    create('Transfer-Encoding: chunked\r\n', `${size}\r\n{}\r\n0\r\n\r\n`),
  ]),
  ['X-101', 'a length of 0 and an encoding', create('Content-Length: 0\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['X-102', 'an encoding twice', create('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['X-103', 'gzip, chunked', create('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  ['X-104', 'a length of 20 digits', create('Content-Length: 99999999999999999999\r\n')],
  ['X-105', 'two spaces in the first line', `GET  /_ping HTTP/1.1\r\n${HOST}\r\n`],
  ['X-106', 'a method in small letters', `get /_ping HTTP/1.1\r\n${HOST}\r\n`],
  ['X-107', 'a tab in the first line', `GET\t/_ping HTTP/1.1\r\n${HOST}\r\n`],
  ['X-108', 'a backslash', `GET /containers\\json HTTP/1.1\r\n${HOST}\r\n`],
  ['X-109', 'a semicolon in the path', `GET /containers/json;x HTTP/1.1\r\n${HOST}\r\n`],
  ['X-110', 'a fragment', `GET /containers/json#x HTTP/1.1\r\n${HOST}\r\n`],
  ['X-111', 'letters outside of ASCII', `GET /containers/jso\u00f1 HTTP/1.1\r\n${HOST}\r\n`],
  ['X-112', 'the asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
  ['X-113', 'a header without a name', `GET /_ping HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
  ['X-114', 'a space in a header name', `GET /_ping HTTP/1.1\r\n${HOST}Content Length: 5\r\n\r\n`],
  ['X-115', 'a Host with a space', 'GET /_ping HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['X-116', 'Expect', create(`Expect: 100-continue\r\n${length}`), 417],
  ['X-117', 'HTTP/1.2', `GET /_ping HTTP/1.2\r\n${HOST}\r\n`],
  ['X-118', 'Upgrade: TCP in capitals', post('/containers/x/attach', `${HOST}Connection: Upgrade\r\nUpgrade: TCP\r\n`)],
  [
    'BLD-022',
    'a form in the place of a context',
    post('/v1.41/build', `${HOST}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n`, 'remote=x'),
    415,
  ],
  [
    'IMG-009',
    'a form',
    post(
      '/v1.41/images/create?fromImage=lab',
      `${HOST}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n`,
      'fromImage',
    ),
    415,
  ],
];

describe('the gate on the wire', () => {
  let fixture: GateFixture;
  let before = 0;

  beforeAll(async () => {
    fixture = await startGateFixture({ headMs: 400, bodyMs: 400, connections: 8, requestsPerSecond: 1e6 });
    before = fixture.engine.requests.length;
  });
  afterAll(() => fixture?.close());

  const changed = (): string[] =>
    fixture.engine.requests.filter(({ method }) => method !== 'GET').map(({ method, target }) => `${method} ${target}`);

  it.each(BROKEN)('%s refuses %s and closes', async (_id, _what, bytes, status = 400) => {
    const answer = await rawSocket(fixture.socket, bytes, 1_000);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ message: expect.any(String) });
    expect(answer.closed).toBe(true);
    // One answer, not two: nothing became a second request.
    expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(changed()).toEqual([]);
  });

  it('HTP-022: what follows a length of 0 never becomes a second request', async () => {
    const answer = await rawSocket(fixture.socket, `${create('Content-Length: 0\r\n')}\r\n\r\n`, 800);
    expect(new Set(answer.text.match(/HTTP\/1\.1 \d+/g))).toEqual(new Set(['HTTP/1.1 400']));
    expect(answer.closed).toBe(true);
    expect(changed()).toEqual([]);
  });

  it('HTP-035: applies the policy to each of two pipelined requests', async () => {
    const answer = await rawSocket(fixture.socket, `${ping}POST /v1.41/swarm/init HTTP/1.1\r\n${HOST}\r\n`, 500);
    expect(answer.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
  });

  it('DOS-015: a head that does not end is given up', async () => {
    const answer = await rawSocket(fixture.socket, 'GET /_ping HTTP/1.1\r\nHost: do', 2_000);
    expect(answer).toMatchObject({ status: 408, closed: true });
  });

  it('DOS-015: a body that does not end is given up, and one that comes byte by byte', async () => {
    expect(await rawSocket(fixture.socket, create('Content-Length: 100\r\n', '{'), 2_000)).toMatchObject({ status: 408, closed: true });
    const socket = connect({ path: fixture.socket });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.write(create('Content-Length: 100000\r\n', '{'));
    const drip = setInterval(() => socket.write(' '), 50);
    await expect.poll(() => text, { timeout: 5_000 }).toMatch(/^HTTP\/1\.1 408/);
    clearInterval(drip);
    socket.destroy();
  });

  it('DOS-015: more connections than the lab has are turned away, and places come back', async () => {
    const waiting = Array.from({ length: 12 }, () => rawSocket(fixture.socket, 'GET', 2_000));
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(4);
    await expect.poll(async () => (await rawSocket(fixture.socket, ping)).status).toBe(200);
  });

  it('HTP-052, SWM-022: unknown versions and OPTIONS have nothing behind them', async () => {
    const status = async (line: string): Promise<number> =>
      (await rawSocket(fixture.socket, `${line} HTTP/1.1\r\n${HOST}\r\n`, 200)).status;
    expect(await status('POST /V1.41/Containers/Create')).toBe(404);
    expect(await status('GET /v1.23/containers/json')).toBe(400);
    for (const version of ['v1.40', 'v1', 'v141', 'v1.1000', 'v1.41.0']) {
      expect([version, await status(`GET /${version}/containers/json`)]).toEqual([version, 400]);
    }
    expect(await status('GET /volumes')).toBe(200);
    expect(await status('OPTIONS /containers/json')).toBe(405);
    expect(await status('GET /nothing/here')).toBe(404);
  });

  it('SWM-023, SWM-020: answers _ping and version itself', async () => {
    const counted = fixture.engine.requests.length;
    const { text } = await rawSocket(fixture.socket, ping);
    expect(text).toContain('Api-Version: 1.41');
    expect(text).not.toContain('Swarm');
    const head = await rawSocket(fixture.socket, `HEAD /_ping HTTP/1.1\r\n${HOST}\r\n`);
    expect(head.text.endsWith('\r\n\r\n')).toBe(true);
    const { body } = await rawSocket(fixture.socket, `GET /version HTTP/1.1\r\n${HOST}\r\n`);
    expect(body).not.toMatch(/Kernel|GitCommit|BuildTime/);
    expect(fixture.engine.requests.length).toBe(counted);
  });

  it('HTP-021, HTP-025, HTP-063, HTP-064: takes a charset and chunks; forwards its own head and nothing of the client', async () => {
    const chunked = post(
      '/v1.41/containers/create?name=one',
      `${HOST}Content-Type: application/json;charset=utf-8\r\nTransfer-Encoding: chunked\r\nCookie: a=b\r\nX-Registry-Auth: secret\r\nAuthorization: secret\r\nAccept: text/event-stream\r\nAccept-Encoding: br\r\nX-Meta-a: b\r\n`,
      `${CREATE.length.toString(16)}\r\n${CREATE}\r\n0\r\n\r\n`,
    );
    expect((await rawSocket(fixture.socket, chunked)).status).toBe(201);
    const forwarded = fixture.engine.requests.find(({ target }) => target.includes('/containers/create'));
    expect(forwarded?.rawHeaders.filter((_value, index) => index % 2 === 0).sort()).toEqual([
      'Connection',
      'Content-Length',
      'Content-Type',
      'Host',
    ]);
    expect(forwarded?.headers).toMatchObject({ host: 'docker', connection: 'close' });
    const body = JSON.parse(forwarded?.body.toString() ?? '') as { HostConfig: { NetworkMode: string } };
    expect(body.HostConfig.NetworkMode).toBe(SESSION_NETWORK);
  });

  it('HTP-027: refuses another content type', async () => {
    const answer = await rawSocket(
      fixture.socket,
      post('/v1.41/containers/create', `${HOST}Content-Type: multipart/form-data\r\n${length}`, CREATE),
    );
    expect(answer.status).toBe(415);
  });

  it('HTP-036, HTP-038: bytes before the switch never reach the engine; nothing follows a refused switch', async () => {
    const id = fixture.gate.session.ledger.own('container')[0]?.id ?? '';
    const early = post(
      `/v1.41/containers/${id}/attach?stream=1`,
      `${HOST}Connection: Upgrade\r\nUpgrade: tcp\r\n`,
      'POST /v1.41/containers/prune HTTP/1.1\r\nHost: x\r\n\r\n',
    );
    const answer = await rawSocket(fixture.socket, early, 500);
    expect(answer.text).not.toContain('hello');
    expect(answer.closed).toBe(true);
    const refused = post(
      `/v1.41/exec/${'a'.repeat(64)}/start`,
      `${HOST}Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 2\r\n`,
      '{}',
    );
    expect((await rawSocket(fixture.socket, refused, 500)).status).toBe(404);
    expect(changed().filter((line) => line.includes('prune') || line.includes('/exec/'))).toEqual([]);
  });

  it('EXE-017: attaches, and passes the end of each direction on', async () => {
    const id = fixture.gate.session.ledger.own('container')[0]?.id ?? '';
    const answer = await rawSocket(
      fixture.socket,
      post(`/v1.41/containers/${id}/attach?stream=1`, `${HOST}Connection: Upgrade\r\nUpgrade: tcp\r\n`),
      1_000,
    );
    expect(answer.text).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n[\s\S]*hello$/);
    expect(answer.closed).toBe(true);
  });

  it('EXE-008, OWN-017: foreign, missing and malformed look the same; the own workstation is refused with a reason', async () => {
    const ask = async (path: string) =>
      (await rawSocket(fixture.socket, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`, 200)).body.replace(/[0-9a-f]{64}|nosuch/, 'X');
    expect(await ask(`/v1.41/containers/${'c'.repeat(64)}/json`)).toBe(await ask('/v1.41/containers/nosuch/json'));
    const own = await rawSocket(fixture.socket, post(`/v1.41/containers/${TERMINAL}/pause`, HOST));
    expect(own.status).toBe(403);
  });

  it('writes one line for each refusal', async () => {
    await rawSocket(fixture.socket, `POST /v1.41/swarm/join HTTP/1.1\r\n${HOST}\r\n`, 200);
    const lines = readFileSync(join(dirname(fixture.socket), 'refusals.jsonl'), 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('"/v1.41/swarm/join"'))).toHaveLength(1);
  });

  it('is still there, and has told the engine nothing else', async () => {
    expect((await rawSocket(fixture.socket, ping)).status).toBe(200);
    expect(fixture.engine.requests.length).toBeGreaterThan(before);
    expect(changed().filter((line) => !/containers\/(?:create|[0-9a-f]{64}\/attach)/.test(line))).toEqual([]);
  });
});
