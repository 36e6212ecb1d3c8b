import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startWebHost } from '../../test-support/web-host-fixture.ts';

test('the page comes with a strict policy and a fresh nonce, which it carries itself', async () => {
  const { request, port } = await startWebHost();
  const [one, other] = [await request('GET', '/'), await request('GET', '/index.html?x=1')];
  const nonce = /nonce-([^']+)'/.exec(one.headers['content-security-policy'] ?? '')?.[1];
  expect(one.status).toBe(200);
  expect(one.body).toContain(`content="${nonce}"`);
  expect(one.body).not.toContain('__CSP_NONCE__');
  expect(other.headers['content-security-policy']).not.toBe(one.headers['content-security-policy']);
  const inline = [...one.body.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text);
  expect(inline).toHaveLength(1);
  const policy = one.headers['content-security-policy']?.replace(nonce ?? '', 'R').split('; ');
  expect(policy).toEqual([
    "default-src 'none'",
    // The one inline script of the page, and no other.
    `script-src 'self' 'sha256-${createHash('sha256')
      .update(inline[0] ?? '')
      .digest('base64')}'`,
    "style-src-elem 'self' 'nonce-R'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port}`,
    "worker-src 'self'",
    "frame-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ]);
});

test.each(['/', '/icon.svg', '/assets/index-a1B2c3D4.js', '/nothing', '/api/session', '/api/login'])(
  'GET %s has all security headers',
  async (path) => {
    const { request } = await startWebHost();
    const { headers } = await request('GET', path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  },
);

test('hashed assets may be cached for good, the page never', async () => {
  const { request } = await startWebHost();
  expect((await request('GET', '/assets/index-a1B2c3D4.js')).headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': expect.stringContaining('javascript'),
  });
  expect((await request('GET', '/icon.svg')).headers['cache-control']).toBe('no-cache');
  expect((await request('GET', '/')).headers['cache-control']).toBe('no-store');
  expect((await request('HEAD', '/')).status).toBe(200);
});

test.each([
  '/../ops-lab.db',
  '/%2e%2e/ops-lab.db',
  '/..%5cops-lab.db',
  '/assets/..;/ops-lab.sqlite',
  '/assets/../ops-lab.sqlite',
  '/ops-lab.sqlite',
  '/.env',
  '/assets/index-a1B2c3D4.js.map',
  '/assets',
  '//index.html',
  '/%00',
  '/__proto__',
  '/labs/node-event-loop-freeze/hints.yaml',
])('WEB-048, WEB-049: GET %s finds nothing', async (path) => {
  const { request } = await startWebHost();
  expect((await request('GET', path)).status).toBe(404);
});

test('WEB-048: a path that is no valid encoding is refused', async () => {
  const { request } = await startWebHost();
  expect([400, 404]).toContain((await request('GET', '/%ff%zz')).status);
});

test('WEB-066: an error page tells nothing of the code', async () => {
  const { request } = await startWebHost();
  for (const path of ['/nothing', '/%zz', '/api/x']) {
    expect((await request('GET', path)).body).not.toMatch(/node_modules|\.ts|stack|Error/);
  }
});
