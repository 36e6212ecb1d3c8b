import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rawHttp } from '../../test-support/raw-http.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { makePage, startWebHost } from '../../test-support/web-host-fixture.ts';
import { createWebHost } from './web-host.ts';

const JSON_HEADERS = { 'Content-Type': 'application/json', 'X-Opslab': '1' };

function tokenOf(link: string): string {
  return new URL(link).hash.slice('#token='.length);
}

test('WEB-001: the API is closed without a cookie', async () => {
  const { request, logIn } = await startWebHost();
  expect((await request('GET', '/api/session')).status).toBe(401);
  expect((await request('GET', '/api/anything')).status).toBe(401);
  const Cookie = await logIn();
  expect((await request('GET', '/api/session', { Cookie })).status).toBe(204);
  expect((await request('GET', '/api/anything', { Cookie })).status).toBe(404);
  expect((await request('GET', '/api/session', { Cookie: `${Cookie.split('=')[0]}=${'a'.repeat(43)}` })).status).toBe(401);
});

test('WEB-016: only our own names with our port are answered', async () => {
  const { request, port } = await startWebHost();
  const status = async (Host: string | null) => (await request('GET', '/', { Host })).status;
  expect(await status(`127.0.0.1:${port}`)).toBe(200);
  expect(await status(`LocalHost:${port}`)).toBe(200);
  const wrong = [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `localhost.:${port}`,
    `[::1]:${port}`,
    `127.1:${port}`,
    '',
  ];
  for (const host of wrong) expect([host, await status(host)]).toEqual([host, 421]);
  expect(await status(null)).toBe(400);
});

test('WEB-015: a wrong name is refused on assets and upgrades too', async () => {
  const { request, upgrade, logIn } = await startWebHost();
  const Cookie = await logIn();
  expect((await request('GET', '/icon.svg', { Host: 'evil.example' })).status).toBe(421);
  expect((await upgrade('/rpc', { Host: 'evil.example', Cookie })).status).toBe(421);
});

test('WEB-016: two Host headers are refused', async () => {
  const { port } = await startWebHost();
  const { status } = await rawHttp(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
  expect([400, 421]).toContain(status);
});

test('WEB-017: forwarded headers change nothing', async () => {
  const { request, port, upgrade, logIn } = await startWebHost();
  const forwarded = {
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-For': '8.8.8.8',
    Forwarded: 'host=evil.example',
    'X-Real-IP': '8.8.8.8',
  };
  expect((await request('GET', '/', forwarded)).status).toBe(200);
  expect((await request('GET', '/', { ...forwarded, Host: 'evil.example', 'X-Forwarded-Host': `127.0.0.1:${port}` })).status).toBe(421);
  expect((await upgrade('/rpc', { ...forwarded, Cookie: await logIn() })).status).toBe(101);
});

test('WEB-031, WEB-034: a planted id does not become a login', async () => {
  const { logIn, request, port } = await startWebHost();
  const planted = `ops-lab-${port}=${'x'.repeat(43)}`;
  const given = await logIn(planted);
  expect(given).not.toBe(planted);
  expect((await request('GET', '/api/session', { Cookie: planted })).status).toBe(401);
});

test('WEB-029, WEB-030: a link is used once and only by POST', async () => {
  const { host, request } = await startWebHost();
  const token = tokenOf(host.newLink());
  for (const path of [`/?token=${token}`, `/api/login?token=${token}`, `/api/login/${token}`]) await request('GET', path);
  const use = () => request('POST', '/api/login', { ...JSON_HEADERS, Origin: host.url }, JSON.stringify({ token }));
  expect((await use()).status).toBe(204);
  expect((await use()).status).toBe(410);
});

test('WEB-028: the token is in the fragment, which no request carries', async () => {
  const { host } = await startWebHost();
  const link = new URL(host.newLink());
  expect(link.search).toBe('');
  expect(tokenOf(link.href)).toMatch(/^[\w-]{43}$/);
});

test('WEB-033, WEB-035: the cookie is strict, named after the port, 256 bits long; only its hash is kept, for its owner only', async () => {
  const { host, request, dataDirectory, port } = await startWebHost();
  const body = JSON.stringify({ token: tokenOf(host.newLink()) });
  const { headers } = await request('POST', '/api/login', { ...JSON_HEADERS, Origin: host.url }, body);
  const attributes = headers['set-cookie']?.split('; ') ?? [];
  const [name, id = ''] = attributes[0]?.split('=') ?? [];
  expect(name).toBe(`ops-lab-${port}`);
  expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
  const kept = join(dataDirectory, 'web-logins.json');
  expect(readFileSync(kept, 'utf8')).not.toContain(id);
  expect(readFileSync(kept, 'utf8')).toContain(createHash('sha256').update(id).digest('hex'));
  expect(statSync(kept).mode & 0o777).toBe(0o600);
});

test('a page survives a restart of the host', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await startWebHost(dataDirectory);
  const Cookie = await first.logIn();
  await first.host.close();
  await first.core.close();
  const second = await startWebHost(dataDirectory, makePage(), first.port);
  expect((await second.request('GET', '/api/session', { Cookie })).status).toBe(204);
  const socket = await second.socket('/rpc', Cookie);
  socket.close();
});

test('WEB-018, WEB-021: a POST needs JSON, our origin and our header', async () => {
  const { host, request } = await startWebHost();
  const body = () => JSON.stringify({ token: tokenOf(host.newLink()) });
  const status = async (headers: Record<string, string | null>) =>
    (await request('POST', '/api/login', { ...JSON_HEADERS, Origin: host.url, ...headers }, body())).status;
  expect(await status({ 'Content-Type': 'text/plain' })).toBe(415);
  expect(await status({ 'Content-Type': 'application/x-www-form-urlencoded' })).toBe(415);
  expect(await status({ 'Content-Type': null })).toBe(415);
  expect(await status({ Origin: 'http://evil.example' })).toBe(403);
  expect(await status({ Origin: null })).toBe(403);
  expect(await status({ 'X-Opslab': null })).toBe(403);
  expect(await status({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
  expect(await status({ 'Sec-Fetch-Site': 'same-origin' })).toBe(204);
});

test.each(['{', '[]', '"x"', '{"token":1}', '{"token":""}', '{"token":"x","more":1}', '{"__proto__":{"token":"x"}}', 'null'])(
  'a login with the body %s is refused without a trace of code',
  async (body) => {
    const { host, request } = await startWebHost();
    const answer = await request('POST', '/api/login', { ...JSON_HEADERS, Origin: host.url }, body);
    expect([400, 410]).toContain(answer.status);
    expect(answer.body).not.toMatch(/node_modules|at .*\.ts|\/work|stack/);
  },
);

test('WEB-020: GET changes nothing', async () => {
  const { request, logIn, core } = await startWebHost();
  const Cookie = await logIn();
  for (const path of ['/api/login', '/api/session', '/rpc', '/terminals/x', '/api/settings/set?theme=light']) {
    await request('GET', path, { Cookie });
  }
  expect(core.settings.get().theme).toBe('dark');
  expect((await request('GET', '/api/session', { Cookie })).status).toBe(204);
});

test('WEB-052, WEB-054: other methods are refused, a preflight gets no permission', async () => {
  const { request } = await startWebHost();
  for (const method of ['TRACE', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'LOCK']) {
    const answer = await request(method, '/api/session', { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' });
    expect([method, answer.status]).toEqual([method, 405]);
    expect(answer.text.toLowerCase()).not.toContain('access-control-allow');
  }
  expect([0, 400]).toContain((await request('CONNECT', 'evil.example:443')).status);
  expect((await request('BREW', '/')).status).toBe(400);
});

test('WEB-039: large bodies and headers are refused', async () => {
  const { host, request } = await startWebHost();
  const large = await request('POST', '/api/login', { ...JSON_HEADERS, Origin: host.url }, `"${'x'.repeat(100_000)}"`);
  expect(large.status).toBe(413);
  expect((await request('GET', '/', { 'X-Large': 'x'.repeat(20_000) })).status).toBe(431);
});

test.each([
  ['CL.TE', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nX'],
  ['TE.TE', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'],
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n', '{}'],
  ['bare LF in a header', 'X-A: 1\nX-B: 2\r\n', ''],
  ['space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
  ['negative length', 'Content-Length: -1\r\n', ''],
])('WEB-051: %s is 400 and the end of the connection', async (_name, headers, body) => {
  const { port, host } = await startWebHost();
  const own = `Host: 127.0.0.1:${port}\r\nOrigin: ${host.url}\r\nContent-Type: application/json\r\nX-Opslab: 1\r\n`;
  const smuggled = `GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const answer = await rawHttp(port, `POST /api/login HTTP/1.1\r\n${own}${headers}\r\n${body}${smuggled}`);
  expect(answer.status).toBe(400);
  expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

test('an HTTP/2 preface and bytes that are no HTTP do no harm', async () => {
  const { port, request } = await startWebHost();
  for (const bytes of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x16\x03\x01\x02\x00', '\0\0\0\0', 'GET / HTTP/9.9\r\n\r\n']) {
    expect([0, 400, 421, 505]).toContain((await rawHttp(port, bytes)).status);
  }
  expect((await request('GET', '/')).status).toBe(200);
});

test('WEB-067: it listens on 127.0.0.1 and nowhere else', async () => {
  const { port } = await startWebHost();
  const reachable = (address: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, address);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      onTestFinished(() => {
        socket.destroy();
      });
    });
  expect(await reachable('127.0.0.1')).toBe(true);
  const others = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((each) => each.address !== '127.0.0.1' && each.scopeid !== 1),
  );
  for (const { address, family } of others) if (family === 'IPv4') expect([address, await reachable(address)]).toEqual([address, false]);
  expect(await reachable('::1')).toBe(false);
});

test('a taken port is passed over, or is an error when it was asked for', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    taken.close();
  });
  const { port } = taken.address() as { port: number };
  const { core, dataDirectory } = await startWebHost();
  const options = { dataDirectory, pageFolder: makePage(), port };
  await expect(createWebHost(core, { ...options, exactPort: true })).rejects.toMatchObject({ code: 'conflict', details: { port } });
  const near = await createWebHost(core, { ...options, exactPort: false });
  expect(Number(new URL(near.url).port)).toBeGreaterThan(port);
  await near.close();
});
