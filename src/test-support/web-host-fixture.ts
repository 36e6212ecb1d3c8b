/** A web host with a test core and a small page, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createWebHost, type WebHost } from '../main/web/web-host.ts';
import { type RawAnswer, rawHttp } from './raw-http.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { createTestCore, type TestCore } from './test-core.ts';

export interface WebFixture {
  readonly host: WebHost;
  readonly core: TestCore;
  readonly port: number;
  readonly dataDirectory: string;
  /** A request with our own Host, and what `headers` adds or (null) leaves out. */
  request(method: string, path: string, headers?: Record<string, string | null>, body?: string): Promise<RawAnswer>;
  /** Uses a new link. @returns the cookie as a browser would send it */
  logIn(cookie?: string): Promise<string>;
  upgrade(path: string, headers: Record<string, string | string[] | null>): Promise<RawAnswer>;
  /** A WebSocket as the page opens it. */
  socket(path: string, cookie: string): Promise<WebSocket>;
}

export function makePage(): string {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'assets'));
  const files = {
    'index.html': '<!doctype html><html><head><meta property="csp-nonce" content="__CSP_NONCE__"><title>Ops Lab</title></head></html>',
    'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'assets/index-a1B2c3D4.js': 'export {};',
    'assets/index-a1B2c3D4.js.map': '{}',
    '.env': 'SECRET=1',
    'ops-lab.sqlite': 'x',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

export async function startWebHost(
  dataDirectory = temporaryDirectory(),
  pageFolder = makePage(),
  port = 0,
  core = createTestCore(dataDirectory),
): Promise<WebFixture> {
  const host = await createWebHost(core, { dataDirectory, pageFolder, port, exactPort: port !== 0 });
  onTestFinished(async () => {
    await host.close();
    await core.close();
  });
  const own = Number(new URL(host.url).port);
  const lines = (headers: Record<string, string | string[] | null>) =>
    Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`)));
  const base = { Host: `127.0.0.1:${own}`, Connection: 'close' };
  const request: WebFixture['request'] = (method, path, headers = {}, body = '') => {
    const length: Record<string, string> = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    return rawHttp(own, `${method} ${path} HTTP/1.1\r\n${lines({ ...base, ...length, ...headers }).join('')}\r\n${body}`);
  };
  const logIn: WebFixture['logIn'] = async (cookie) => {
    const token = new URL(host.newLink()).hash.slice('#token='.length);
    const headers = { 'Content-Type': 'application/json', 'X-Opslab': '1', Origin: host.url, Cookie: cookie ?? null };
    const answer = await request('POST', '/api/login', headers, JSON.stringify({ token }));
    return answer.headers['set-cookie']?.split(';')[0] ?? '';
  };
  return {
    host,
    core,
    port: own,
    dataDirectory,
    request,
    logIn,
    upgrade: (path, headers) => {
      const all = {
        Host: `127.0.0.1:${own}`,
        Origin: host.url,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      };
      return rawHttp(own, `GET ${path} HTTP/1.1\r\n${lines(all).join('')}\r\n`);
    },
    socket: async (path, cookie) => {
      const socket = new WebSocket(`ws://127.0.0.1:${own}${path}`, {
        headers: { Origin: host.url, Cookie: cookie },
        perMessageDeflate: false,
      });
      await new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      return socket;
    },
  };
}
