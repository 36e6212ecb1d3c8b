/** The built web host with a session that runs: hostile pages, a machine that sleeps, a disk that fills up. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { BUILT, BuiltHost, type Client, until, view } from '../../test-support/built-host.ts';
import { malformedCalls, malformedTerminalFrames, unknownId } from '../../test-support/hostile-frames.ts';
import { labOnDisk } from '../../test-support/lab-on-disk.ts';
import { rawHttp } from '../../test-support/raw-http.ts';
import { needsNamespaces } from '../../test-support/requirements.ts';
import { newId } from '../core/store/store.ts';

interface Running {
  readonly host: BuiltHost;
  readonly client: Client;
  readonly dataDirectory: string;
  readonly sessionId: string;
  readonly terminalId: string;
}

/** A host with a session of its own that is up. */
async function started(within: (dataDirectory: string) => string[] = () => []): Promise<Running> {
  const disk = await labOnDisk('quick');
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ops-lab-hardship-'));
  const host = new BuiltHost(dataDirectory, disk.labs, within(dataDirectory));
  onTestFinished(async () => {
    host.child.kill('SIGCONT');
    await host.kill();
    const env = { ...process.env, OPS_LAB_ENGINE: 'none' };
    await promisify(execFile)(process.execPath, [join(BUILT, 'cli.js'), 'clean', '--data-dir', dataDirectory], { env, timeout: 40_000 });
    rmSync(dataDirectory, { recursive: true, force: true });
    await disk.remove();
  });
  const client = await host.connect();
  const { id: sessionId } = await client.sessions.start({ labId: 'quick', runtime: 'shell' });
  const session = await until('the session to run', async () => {
    const now = await client.sessions.get({ sessionId });
    return now.state === 'running' && now;
  });
  return { host, client, dataDirectory, sessionId, terminalId: session.terminals[0]?.id ?? '' };
}

const stateOf = (pid: number | undefined) => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

test.skipIf(!needsNamespaces())(
  'hostile frames on every channel get coded errors, and the session goes on',
  { timeout: 90_000 },
  async () => {
    const { host, client, terminalId, sessionId } = await started();
    const terminal = await view(host, terminalId);

    const codes = new Map<string, number>();
    let answers = 0;
    const calls = await host.socket('/rpc', (bytes) => {
      answers++;
      const code = JSON.parse(bytes.toString()).p?.b?.json?.data?.code ?? 'none';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    for (const message of malformedCalls(9_000, 3)) calls.send(message);
    await until('their answers', () => answers === 9_000);
    // In portions: a connection may have 64 calls under way.
    for (let index = 0; index < 1_000; index++) {
      calls.send(unknownId(index, newId()));
      if (index % 50 === 49) await until('answers to unknown ids', () => answers === 9_001 + index);
    }
    expect(codes.get('not-found')).toBeGreaterThanOrEqual(1_000);
    expect(codes.get('internal')).toBeUndefined();
    expect(calls.readyState).toBe(calls.OPEN);

    const frames = malformedTerminalFrames(10_000, 3);
    for (let at = 0; at < frames.length; at += 200) {
      const socket = await host.socket(`/terminals/${terminalId}`);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      for (const frame of frames.slice(at, at + 200)) socket.send(frame);
      await closed;
    }
    await expect(host.socket(`/terminals/${'f'.repeat(32)}`)).rejects.toThrow('404');
    await expect(host.socket('/terminals/..%2f..%2fetc')).rejects.toThrow('404');

    const own = `Host: 127.0.0.1:${host.port}\r\n`;
    for (const [head, status] of [
      ['GET /../../etc/passwd HTTP/1.1\r\n', 404],
      ['POST /api/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 0\r\n', 403],
      ['BREW / HTTP/1.1\r\n', 400],
      [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n`, 431],
      ['GET / HTTP/1.1\r\nContent-Length: -1\r\n', 400],
    ] as const) {
      const answer = await rawHttp(host.port, `${head}${own}Connection: close\r\n\r\n`);
      expect([head.slice(0, 40), answer.status]).toEqual([head.slice(0, 40), status]);
    }

    terminal.type("echo still he''re\n");
    await until('the shell', () => /still here/.test(terminal.shown()));
    expect(await client.sessions.get({ sessionId })).toMatchObject({ state: 'running', notices: [] });
    expect(host.output).not.toMatch(/^\s+at /m);
  },
);

test.skipIf(!needsNamespaces())(
  'a host that is frozen and goes on, as when the machine sleeps, has lost nothing and answers what came meanwhile',
  { timeout: 60_000 },
  async () => {
    const { host, client, terminalId, sessionId } = await started();
    const terminal = await view(host, terminalId);
    terminal.type("seq -f 'number %.0f' 300000; echo do''ne\n");
    await until('some of the output', () => terminal.shown().includes('number 100'));
    host.child.kill('SIGSTOP');
    await until('the host to stand still', () => stateOf(host.child.pid) === 'T');
    const shown = terminal.shown().length;
    let answered = false;
    const call = client.sessions.get({ sessionId }).then((session) => {
      answered = true;
      return session;
    });
    const late = view(host, terminalId);
    // What the host had sent already still arrives; then nothing does.
    let last = -1;
    await until('silence', () => {
      const silent = terminal.shown().length === last;
      last = terminal.shown().length;
      return silent && new Promise<boolean>((resolve) => setTimeout(() => resolve(terminal.shown().length === last), 500));
    });
    expect([answered, shown <= last, terminal.shown().includes('done')]).toEqual([false, true, false]);
    host.child.kill('SIGCONT');
    expect((await call).state).toBe('running');
    await until('all of the output', () => /done/.test(terminal.shown()));
    const numbers = terminal.shown().match(/number \d+/g) ?? [];
    expect(numbers.length).toBe(300_000);
    const viewer = await late;
    await until('the page that came meanwhile', () => viewer.shown().includes('number 300000'));
    viewer.type("echo af''ter\n");
    await until('input', () => /after/.test(terminal.shown()));
    expect(await client.sessions.get({ sessionId })).toMatchObject({ state: 'running', notices: [] });
  },
);

test.skipIf(!needsNamespaces())(
  'a disk that fills up in mid-session is told in the session, the shell goes on, and history is kept again afterwards',
  { timeout: 90_000 },
  async () => {
    const { host, client, terminalId, sessionId } = await started((dataDirectory) => [
      ...['unshare', '--user', '--map-root-user', '--mount', 'bash', '-c'],
      `mount -t tmpfs -o size=64m none "${dataDirectory}" && exec "$@"`,
      'host',
    ]);
    const terminal = await view(host, terminalId);
    const inside = (path: string) => `/proc/${host.child.pid}/root${path}`;
    const search = (text: string) => client.history.search({ text, failedOnly: false, limit: 5 }).then(({ commands }) => commands.length);
    const { dataDirectory } = await client.app.info();
    const filler = inside(join(dataDirectory, 'filler'));
    fill(filler);
    const notices = async () => (await client.sessions.get({ sessionId })).notices.join();
    // The database's journal grows by pages: sooner or later there is none left.
    let round = 0;
    await until('the notice', async () => {
      terminal.type(`: round-${round++} ${'x'.repeat(3_000)}\n`);
      return (await notices()).includes('is not kept');
    });
    terminal.type("echo still he''re\n");
    await until('the shell', () => /still here/.test(terminal.shown()));
    expect((await client.sessions.get({ sessionId })).state).toBe('running');
    rmSync(filler);
    await until('history again', async () => {
      terminal.type(`: kept-again-${round++}\n`);
      return (await search('kept-again')) > 0;
    });
    await until('the notice to go', async () => !(await notices()).includes('is not kept'));
    expect((await client.sessions.stop({ sessionId })).state).toBe('stopped');
  },
);

test.skipIf(!needsNamespaces()).each(['keep', 'stop'] as const)(
  'the host ends in order whatever runs: floods, a check, pages that do not look; sessions %s',
  { timeout: 60_000 },
  async (fate) => {
    const { host, client, sessionId, terminalId } = await started();
    await client.settings.set({ onClose: fate });
    const more = await client.terminals.open({ sessionId, name: 'main', cols: 80, rows: 24 });
    for (const id of [terminalId, more.id]) {
      // One page reads and acknowledges, the other one has stopped to look.
      const page = await view(host, id);
      page.type('yes\n');
      await until('the flood', () => page.shown().length > 100_000);
    }
    const socket = await host.socket(`/terminals/${terminalId}`);
    socket.pause();
    client.sessions.check({ sessionId }).catch(() => {});
    await until('the check to run', async () => (await client.sessions.get({ sessionId })).objectives.some(({ checking }) => checking));
    const ended = new Promise((resolve) => host.child.once('exit', (code, signal) => resolve({ code, signal })));
    host.child.kill('SIGTERM');
    // It ends itself with status 1 once closing has taken 5 s: see `run.ts`.
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(host.output.includes('1 session keeps running')).toBe(fate === 'keep');
  },
);

/** Takes all room that is left. */
function fill(path: string): void {
  for (let size = 1 << 20; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // No room for this much.
    }
  }
}
