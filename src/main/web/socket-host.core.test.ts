import { expect, test } from 'vitest';
import { startWebHost } from '../../test-support/web-host-fixture.ts';

test('WEB-010, WEB-011: an upgrade needs exactly one Origin, and it is ours in any letter case', async () => {
  const { upgrade, logIn, port, host } = await startWebHost();
  const Cookie = await logIn();
  const status = async (Origin: string | string[] | null) => (await upgrade('/rpc', { Origin, Cookie })).status;
  expect(await status(null)).toBe(403);
  expect(await status('null')).toBe(403);
  expect(await status([host.url, host.url])).toBe(403);
  expect(await status([host.url, 'http://evil.example'])).toBe(403);
  for (const origin of [
    'http://127.0.0.1.evil.example',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port + 1}`,
    `${host.url}/`,
    `http://localhost:${port}`,
  ]) {
    expect([origin, await status(origin)]).toEqual([origin, 403]);
  }
  expect(await status(host.url)).toBe(101);
  expect(await status(host.url.toUpperCase())).toBe(101);
});

test('WEB-012: an upgrade without a login is refused before 101; the path, name and origin come first', async () => {
  const { upgrade } = await startWebHost();
  expect((await upgrade('/rpc', {})).status).toBe(401);
  expect((await upgrade('/rpc', { Origin: 'http://evil.example' })).status).toBe(403);
  expect((await upgrade('/rpc', { Origin: 'http://evil.example', Host: 'evil.example' })).status).toBe(421);
  expect((await upgrade('/other', { Host: 'evil.example' })).status).toBe(404);
});

test('an upgrade to a terminal that does not exist is 404 before 101', async () => {
  const { upgrade, logIn, core } = await startWebHost();
  const Cookie = await logIn();
  for (const path of [
    `/terminals/${'a'.repeat(32)}`,
    '/terminals/',
    `/terminal/${core.terminalId}`,
    '/terminals/../rpc',
    `/terminals/${core.terminalId}/x`,
    `/terminals/${core.terminalId}?a=b`,
  ]) {
    expect([path, (await upgrade(path, { Cookie })).status]).toEqual([path, 404]);
  }
  expect((await upgrade(`/terminals/${core.terminalId}`, { Cookie })).status).toBe(101);
});

test('WEB-013, WEB-031: a new login gives a new id, ends the former one and its sockets', async () => {
  const { logIn, request, socket } = await startWebHost();
  const first = await logIn();
  const open = await socket('/rpc', first);
  const closed = new Promise((resolve) => open.once('close', resolve));
  const second = await logIn(first);
  expect(await closed).toBe(1008);
  expect(second).not.toBe(first);
  expect((await request('GET', '/api/session', { Cookie: first })).status).toBe(401);
  expect((await request('GET', '/api/session', { Cookie: second })).status).toBe(204);
});

test('WEB-042: a message that is too large for its socket closes it with 1009', async () => {
  const { logIn, socket, core } = await startWebHost();
  const terminal = await socket(`/terminals/${core.terminalId}`, await logIn());
  const code = new Promise((resolve) => terminal.once('close', resolve));
  terminal.send(Buffer.alloc(300 * 1024));
  expect(await code).toBe(1009);
});

test('WEB-042: a fragmented message that never ends closes its socket with 1009', async () => {
  const { logIn, socket, core } = await startWebHost();
  const terminal = await socket(`/terminals/${core.terminalId}`, await logIn());
  const code = new Promise((resolve) => terminal.once('close', resolve));
  terminal.on('error', () => {});
  for (let part = 0; part < 20; part++) terminal.send(Buffer.alloc(30 * 1024), { fin: false, binary: true });
  expect(await code).toBe(1009);
});

test('text on a terminal socket closes it', async () => {
  const { logIn, socket, core } = await startWebHost();
  const terminal = await socket(`/terminals/${core.terminalId}`, await logIn());
  const code = new Promise((resolve) => terminal.once('close', resolve));
  terminal.send('hello');
  expect(await code).toBe(1003);
});

test('WEB-041: a browser may hold 64 sockets, and gets more once some are closed', async () => {
  const { logIn, socket, upgrade } = await startWebHost();
  const Cookie = await logIn();
  const open = await Promise.all(Array.from({ length: 64 }, () => socket('/rpc', Cookie)));
  expect((await upgrade('/rpc', { Cookie })).status).toBe(429);
  open[0]?.close();
  await expect.poll(async () => (await upgrade('/rpc', { Cookie })).status).toBe(101);
  for (const each of open) each.close();
});
