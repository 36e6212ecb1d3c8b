import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listUiFiles, type UiFiles } from './ui-files.ts';
import { respond } from './ui-protocol.ts';

describe('the own scheme', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-ui-'));
  const ui = join(folder, 'ui');
  let files: UiFiles;

  beforeAll(() => {
    mkdirSync(join(ui, 'assets'), { recursive: true });
    mkdirSync(join(ui, 'node_modules'));
    writeFileSync(join(folder, 'secret.html'), 'secret');
    writeFileSync(join(ui, 'index.html'), '<meta property="csp-nonce" content="__CSP_NONCE__">');
    writeFileSync(join(ui, 'assets/index-1.js'), 'export {}');
    writeFileSync(join(ui, 'assets/index-1.js.map'), '{}');
    writeFileSync(join(ui, 'assets/with space.css'), 'a{}');
    writeFileSync(join(ui, '.env'), 'TOKEN=1');
    writeFileSync(join(ui, 'notes.txt'), 'no');
    files = listUiFiles(ui);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const get = (url: string, method = 'GET') => respond(files, { url, method });

  it('serves the built files with fixed types', async () => {
    const script = await get('app://ui/assets/index-1.js');
    expect([script.status, script.headers.get('content-type'), await script.text()]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'export {}',
    ]);
    expect((await get('app://ui/assets/with%20space.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect((await get('app://ui/')).headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('gives each page a nonce of its own, in the page and in the policy', async () => {
    const nonces = new Set<string>();
    for (const url of ['app://ui/', 'app://ui/index.html']) {
      const response = await get(url);
      const nonce = /content="([^"]+)"/.exec(await response.text())?.[1] ?? '';
      expect(response.headers.get('content-security-policy')).toContain(`style-src-elem 'self' 'nonce-${nonce}'`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
    expect(nonces.has('__CSP_NONCE__')).toBe(false);
  });

  it('allows no inline script, no eval, no network source and no frame', async () => {
    const policy = (await get('app://ui/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|wss?:|unsafe-eval|\*/);
  });

  it.each([
    ['ELE-007', 'app://other-host/'],
    ['ELE-007', 'app://other-host/index.html'],
    ['ELE-007', 'app://ui/../../etc/passwd'],
    ['ELE-007', 'app://ui.example/index.html'],
    ['ELE-007', 'app://ui@other/index.html'],
    ['ELE-007', 'app://user:pw@ui/index.html'],
    ['ELE-007', 'app://ui:80/index.html'],
    ['ELE-007', 'https://ui/index.html'],
    ['ELE-008', 'app://ui/%2e%2e/%2e%2e/x'],
    ['ELE-008', 'app://ui/%2e%2e/secret.html'],
    ['ELE-008', 'app://ui/..%2fsecret.html'],
    ['ELE-008', 'app://ui/%252e%252e%252fsecret.html'],
    ['ELE-008', 'app://ui/assets/..\\..\\secret.html'],
    ['ELE-008', 'app://ui//etc/passwd'],
    ['ELE-008', 'app://ui//index.html'],
    ['ELE-008', 'app://ui/C:/x'],
    ['ELE-008', 'app://ui/index.html%00.js'],
    ['ELE-008', 'app://ui/%E0%A4%A'],
    ['ELE-008', 'app://ui/%69ndex.html%2f'],
    ['ELE-009', 'app://ui/.env'],
    ['ELE-009', 'app://ui/%2eenv'],
    ['ELE-009', 'app://ui/package.json'],
    ['ELE-009', 'app://ui/assets/index-1.js.map'],
    ['ELE-009', 'app://ui/node_modules/'],
    ['ELE-009', 'app://ui/notes.txt'],
    ['ELE-009', 'app://ui/assets'],
  ])('%s: %s is 404', async (_id, url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('not found');
  });

  it('only reads', async () => {
    expect((await get('app://ui/', 'POST')).status).toBe(405);
    expect((await get('app://ui/', 'HEAD')).status).toBe(200);
  });

  it('has a page for a renderer that crashes, which needs no script', async () => {
    const page = await get('app://ui/crashed');
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain('<script');
  });

  it('refuses a folder without a built renderer', () => {
    expect(() => listUiFiles(join(ui, 'assets'))).toThrow('not built');
  });
});
