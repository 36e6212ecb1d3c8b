import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { rawHttp } from '../../test-support/raw-http.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { makePage } from '../../test-support/web-host-fixture.ts';

const PROGRAM = fileURLToPath(new URL('../../test-support/web-process.ts', import.meta.url));
const LINE = /^Ops Lab is at http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})$/;

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: string[];
  readonly port: number;
  readonly token: string;
  exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

async function start(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', PROGRAM, ...args, makePage()], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  let problems = '';
  child.stdout?.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr?.on('data', (bytes) => {
    problems += bytes;
  });
  await expect.poll(() => output + problems, { timeout: 15_000 }).toContain('\n');
  const [, port = '0', token = ''] = LINE.exec(output.split('\n')[0] ?? '') ?? [];
  return {
    child,
    get lines() {
      return output.split('\n').slice(0, -1);
    },
    get errors() {
      return problems.split('\n').slice(0, -1);
    },
    port: Number(port),
    token,
    exit: () => exited,
  };
}

async function logIn({ port }: Running, token: string): Promise<string> {
  const body = JSON.stringify({ token });
  const own = `Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nX-Opslab: 1\r\nContent-Type: application/json\r\n`;
  const answer = await rawHttp(
    port,
    `POST /api/login HTTP/1.1\r\n${own}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  return answer.headers['set-cookie']?.split(';')[0] ?? `status ${answer.status}`;
}

async function isLoggedIn({ port }: Running, cookie: string): Promise<boolean> {
  const request = `GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
  return (await rawHttp(port, request)).status === 204;
}

test('it says in exactly one line where it is, and a signal ends it cleanly, with a page connected', async () => {
  const host = await start(['--port', '0', '--data-dir', temporaryDirectory()]);
  const cookie = await logIn(host, host.token);
  expect(await isLoggedIn(host, cookie)).toBe(true);
  const upgrade = `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: http://127.0.0.1:${host.port}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  expect((await rawHttp(host.port, upgrade)).status).toBe(101);
  const open = rawHttp(host.port, upgrade, 10_000);
  host.child.kill('SIGTERM');
  expect(await host.exit()).toEqual({ code: 0, signal: null });
  await open;
  expect(host.lines).toHaveLength(1);
  expect(host.errors).toEqual([]);
});

test('closing its terminal window ends it as well', async () => {
  const host = await start(['--port', '0', '--data-dir', temporaryDirectory()]);
  host.child.kill('SIGHUP');
  expect(await host.exit()).toEqual({ code: 0, signal: null });
});

test('WEB-036: SIGUSR2 prints another link, since each is good for one browser only', async () => {
  const host = await start(['--port', '0', '--data-dir', temporaryDirectory()]);
  host.child.kill('SIGUSR2');
  await expect.poll(() => host.lines).toHaveLength(2);
  const [, , second = ''] = LINE.exec(host.lines[1] ?? '') ?? [];
  expect(second).not.toBe(host.token);
  expect(await logIn(host, second)).toContain('ops-lab-');
  expect(await logIn(host, host.token)).toContain('ops-lab-');
  expect(await logIn(host, host.token)).toBe('status 410');
});

test('WEB-070: a page comes back after the host was killed and started again on its port', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await start(['--port', '0', '--data-dir', dataDirectory]);
  const cookie = await logIn(first, first.token);
  first.child.kill('SIGKILL');
  await first.exit();
  const second = await start(['--port', String(first.port), '--data-dir', dataDirectory]);
  expect(await isLoggedIn(second, cookie)).toBe(true);
});

test('--open gives the browser a file that only its owner can read, not the link', async () => {
  const dataDirectory = temporaryDirectory();
  const bin = temporaryDirectory();
  const opener = join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open');
  writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > ${join(bin, 'opened')}\n`);
  chmodSync(opener, 0o755);
  const host = await start(['--port', '0', '--data-dir', dataDirectory, '--open'], { PATH: `${bin}:${process.env.PATH}` });
  const page = join(dataDirectory, 'open.html');
  await expect.poll(() => existsSync(join(bin, 'opened')) && readFileSync(join(bin, 'opened'), 'utf8')).toBe(`file://${page}`);
  expect(readFileSync(page, 'utf8')).toContain(host.token);
  expect(statSync(page).mode & 0o777).toBe(0o600);
  host.child.kill('SIGINT');
  expect(await host.exit()).toEqual({ code: 0, signal: null });
  expect(existsSync(page)).toBe(false);
});
