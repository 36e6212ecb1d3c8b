import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { rawHttp } from '../../test-support/raw-http.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { createTestCore } from '../../test-support/test-core.ts';
import { createWebHost } from './web-host.ts';

test('in development the page comes from the server of Vite, under its own policy; the API stays behind the login', async () => {
  const asked: string[] = [];
  const vite = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/moved') response.writeHead(302, { location: 'http://127.0.0.1:9/' });
    const html = request.url === '/';
    if (!response.headersSent) response.setHeader('content-type', html ? 'text/html' : 'text/javascript');
    response.end(html ? '<meta content="__CSP_NONCE__">' : 'export {};');
  });
  await new Promise<void>((resolve) => vite.listen(0, '127.0.0.1', resolve));
  const dataDirectory = temporaryDirectory();
  const core = createTestCore(dataDirectory);
  const rendererUrl = `http://127.0.0.1:${(vite.address() as AddressInfo).port}/`;
  const host = await createWebHost(core, { dataDirectory, pageFolder: '/nowhere', port: 0, exactPort: true, rendererUrl });
  onTestFinished(async () => {
    await host.close();
    await core.close();
    vite.close();
  });
  const port = Number(new URL(host.url).port);
  const get = (path: string) => rawHttp(port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
  const page = await get('/');
  // Vite's own styles carry no nonce, so that one would switch 'unsafe-inline' off again.
  expect(page.headers['content-security-policy']).toContain("style-src-elem 'self' 'unsafe-inline';");
  expect(page.headers['content-security-policy']).not.toContain('nonce-');
  expect(page.body).not.toContain('__CSP_NONCE__');
  expect((await get('/src/main.tsx?t=1')).body).toContain('export {};');
  expect((await get('/api/session')).status).toBe(401);
  // Nothing is fetched from anywhere else, whatever the request looks like.
  await get('//evil.invalid/x.html?t=2');
  await get('/\\\\evil.invalid/y.html');
  expect((await get('http://evil.invalid/z.html')).status).toBeGreaterThanOrEqual(400);
  expect((await get('/moved')).status).toBe(302);
  expect(asked).toEqual(['/', '/src/main.tsx?t=1', '/evil.invalid/x.html?t=2', '/evil.invalid/y.html', '/moved']);
});
