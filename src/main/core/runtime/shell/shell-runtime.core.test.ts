import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { membersOf } from '../../../../sidecar/supervisor/process-table.ts';
import { needsNamespaces } from '../../../../test-support/requirements.ts';
import { Terminal } from '../../terminals/terminal.ts';
import type { Runtime, RuntimeSession } from '../runtime.ts';
import { createShellRuntime } from './shell-runtime.ts';
import { makeTestLab, temporaryFolder } from './test-lab.ts';

const SIDECAR = join(import.meta.dirname, '../../../../sidecar');
const WAIT = { timeout: 15_000, interval: 50 };
const { signal } = new AbortController();
const hex = (bytes: number) => randomBytes(bytes).toString('hex');
/** The program `get`, as the lab's own Node runs it. */
const get = (url: string) => [
  'node',
  '-e',
  'require("http").get(process.argv[1], (r) => r.pipe(process.stdout)).on("error", (e) => console.log(e.code))',
  url,
];

const kinds = [
  { isolation: 'auto' as const, available: needsNamespaces() },
  { isolation: 'process-group' as const, available: true },
];

describe.each(kinds)('a session with isolation $isolation', ({ isolation, available }) => {
  describe.skipIf(!available)('', () => {
    let data: ReturnType<typeof temporaryFolder>;
    let runtime: Runtime;
    const sessions: RuntimeSession[] = [];
    const inNamespaces = isolation === 'auto';

    const makeRuntime = () =>
      createShellRuntime({
        sessionsFolder: join(data.path, 'sessions'),
        sidecarFolder: SIDECAR,
        node: process.execPath,
        electronRunAsNode: false,
        isolation,
      });
    const request = (id: string) => ({
      sessionId: id,
      learnerId: 'someone',
      lab: makeTestLab(join(data.path, 'lab')),
      folder: join(data.path, 'sessions', id),
      onProgress: () => {},
      signal,
    });
    const start = async (id = hex(16)) => {
      const session = await runtime.start(request(id));
      sessions.push(session);
      await session.ready;
      return { id, folder: join(data.path, 'sessions', id), session };
    };
    /** Where a service is reached from the learner's shell. */
    const urlOf = (session: RuntimeSession, service: string, port: number) => {
      const moved = new RegExp(`port ${port} of ${service} is (\\d+)`).exec(session.notices.join())?.[1];
      return moved === undefined ? `http://${service}:${port}` : `http://127.0.0.1:${moved}`;
    };
    const fetchText = async (session: RuntimeSession, path = '/') =>
      (await session.exec(get(`${urlOf(session, 'api', 3000)}${path}`), { timeoutMs: 10_000 })).stdout;
    const answers = (session: RuntimeSession) => vi.waitFor(async () => expect(await fetchText(session)).toMatch(/^api \d+/), WAIT);
    const statusOf = async (session: RuntimeSession, name: string) => (await session.services()).find((service) => service.name === name);

    beforeEach(() => {
      data = temporaryFolder('shell');
      runtime = makeRuntime();
    });

    afterEach(async () => {
      for (const session of sessions.splice(0)) await session.stop();
      data.remove();
    });

    it('runs the services, which reach each other by name', async () => {
      const { session } = await start();
      await answers(session);
      await vi.waitFor(async () => expect(await fetchText(session, '/upstream')).toMatch(/^upstream \d+/), WAIT);
      const back = await session.exec(get(`${urlOf(session, 'upstream', 4000)}/upstream`), { timeoutMs: 10_000 });
      expect(back.stdout).toMatch(/^api \d+/);
      expect(session.notices.length).toBe(inNamespaces ? 0 : 1);
    });

    it('asks a resolver of its own for names, and starts only where that cannot be the machine’s', async () => {
      const lab = makeTestLab(join(data.path, 'lab'));
      const { upstream } = lab.compose.services;
      if (upstream === undefined) throw new Error('the lab has no upstream');
      const services = { ...lab.compose.services, upstream: { ...upstream, 'x-ops-lab': { role: 'upstream' as const, resolver: true } } };
      const asked = { ...request(hex(16)), lab: { ...lab, compose: { ...lab.compose, services } } };
      if (!inNamespaces) {
        await expect(runtime.start(asked)).rejects.toThrow('needs namespaces of its own');
        return;
      }
      const session = await runtime.start(asked);
      sessions.push(session);
      await session.ready;
      expect((await session.exec(['cat', '/etc/resolv.conf'])).stdout).toBe('nameserver 127.0.0.53\n');
      expect((await session.exec(['grep', '^hosts', '/etc/nsswitch.conf'])).stdout).toBe('hosts: files dns\n');
      expect((await session.exec(['getent', 'hosts', 'api'])).stdout).toContain('api');
      expect((await session.exec(['getent', 'ahostsv4', 'name.example'])).exitCode).toBe(2);
    });

    it('shows the learner the programs of the lab, as `node server.js`', async () => {
      const { session } = await start();
      await answers(session);
      const { stdout } = await session.exec(['ps', '-eo', 'args']);
      expect(stdout.split('\n')).toContain('node server.js');
      if (inNamespaces) {
        expect(stdout).not.toContain('supervisor');
        expect(stdout).not.toContain('upstream.js');
        expect(stdout.trim().split('\n').length).toBeLessThan(8);
        expect((await session.exec(['ip', '-br', 'link'])).stdout.trim().split('\n').length).toBe(1);
        const listening = await session.exec(['ss', '-tlnp']);
        expect(listening.stdout).toMatch(/127\.0\.0\.1:3000.*pid=\d+/);
      }
    });

    it('keeps to the descriptor limits of compose.yaml', async () => {
      const { session } = await start();
      await answers(session);
      expect(await fetchText(session, '/open')).toMatch(/^EMFILE \d\d$/);
      const [main] = await session.processes('api', signal);
      expect(main?.hardDescriptorLimit).toBe(64);
      expect((await session.exec(['bash', '-c', 'ulimit -Sn; ulimit -Hn'])).stdout).toBe('256\n512\n');
    });

    it('reports processes and sockets with the pids that the learner sees', async () => {
      const { session } = await start();
      await answers(session);
      const processes = await session.processes('api', signal);
      expect(processes.map(({ command }) => command.join(' '))).toEqual(['node server.js']);
      const pid = processes[0]?.pid;
      expect(await fetchText(session)).toBe(`api ${pid}`);
      const sockets = await session.sockets('api', signal);
      expect(sockets).toContainEqual({ state: 'LISTEN', localPort: 3000, remotePort: 0, pid });
    });

    it('starts a killed service again, with back-off, and counts it', async () => {
      const { session } = await start();
      await answers(session);
      const pidNow = async () => (await session.processes('api', signal))[0]?.pid;
      const first = await pidNow();
      await session.exec(['kill', '-9', String(first)]);
      await vi.waitFor(
        async () => expect(await statusOf(session, 'api')).toMatchObject({ state: 'running', restarts: 1, exitCode: 137 }),
        WAIT,
      );
      await answers(session);
      expect(await pidNow()).not.toBe(first);
      await fetchText(session, '/exit');
      await vi.waitFor(
        async () => expect(await statusOf(session, 'api')).toMatchObject({ state: 'running', restarts: 2, exitCode: 3 }),
        WAIT,
      );
    });

    it('leaves a service that has no restart policy ended', async () => {
      const { session } = await start();
      await vi.waitFor(async () => expect((await session.processes('upstream', signal)).length).toBe(1), WAIT);
      const [main] = await session.processes('upstream', signal);
      expect(main?.command).toEqual(['node', 'upstream.js']);
      // It is somebody else's machine: the learner's shell does not see it, this test does.
      process.kill(main?.pid ?? 0, 'SIGTERM');
      await vi.waitFor(async () => expect(await statusOf(session, 'upstream')).toMatchObject({ state: 'exited', exitCode: 143 }), WAIT);
      expect(await session.processes('upstream', signal)).toEqual([]);
    });

    it('restarts a service when asked, without counting it', async () => {
      const { session } = await start();
      await answers(session);
      const before = await session.processes('api', signal);
      await session.restart('api');
      await answers(session);
      const after = await session.processes('api', signal);
      expect(after[0]?.pid).not.toBe(before[0]?.pid);
      expect((await statusOf(session, 'api'))?.restarts).toBe(0);
      await expect(session.restart('host')).rejects.toMatchObject({ code: 'not-found' });
    });

    it('runs the same lab twice at once', async () => {
      const [one, two] = await Promise.all([start(), start()]);
      await Promise.all([answers(one.session), answers(two.session)]);
    });

    it('measures with the observer, which may ask for facts', async () => {
      const { session } = await start();
      await answers(session);
      const load = await session.observe(
        { op: 'http-load', service: 'api', port: 3000, path: '/', rate: 20, seconds: 1, timeoutMs: 2000 },
        signal,
      );
      expect(load).toMatchObject({ failed: 0 });
      const figures = await session.observe({ op: 'script', script: 'look.mjs', args: {} }, signal);
      expect(figures).toMatchObject({ status: 200, restarts: 0 });
      expect(figures.descriptors).toBeGreaterThan(5);
    });

    it.skipIf(process.platform !== 'linux')('ends what a measurement runs when it takes too long', async () => {
      const { session } = await start();
      const seconds = `${1e6 + Math.floor(Math.random() * 1e6)}`;
      const running = () =>
        readdirSync('/proc').filter((pid) => {
          const file = `/proc/${pid}/cmdline`;
          return /^\d+$/.test(pid) && existsSync(file) && readFileSync(file, 'utf8') === `sleep\0${seconds}\0`;
        }).length;
      const ending = new AbortController();
      const measured = session.observe({ op: 'exec', argv: ['sleep', seconds] }, ending.signal);
      measured.catch(() => {});
      await vi.waitFor(() => expect(running()).toBe(1), WAIT);
      ending.abort(new DOMException('', 'TimeoutError'));
      await expect(measured).rejects.toMatchObject({ code: 'timeout' });
      await vi.waitFor(() => expect(running()).toBe(0), { timeout: 2_000 });
    });

    it('opens a terminal whose commands are captured', async () => {
      const { session, folder } = await start();
      const nonce = hex(16);
      const command = await session.terminal({ kind: 'shell', nonce });
      const terminal = new Terminal({ id: 't', command, cols: 100, rows: 30, nonce, scrollback: 1000, recordingFile: null });
      try {
        const commands: string[] = [];
        terminal.onCommand((event) => commands.push(event.type === 'start' ? event.command : `= ${event.exitCode}`));
        await vi.waitFor(() => expect(terminal.text()).toContain('learner:'), WAIT);
        terminal.write('pwd; ls; (exit 4)\r');
        await vi.waitFor(() => expect(commands).toEqual(['pwd; ls; (exit 4)', '= 4']), WAIT);
        expect(terminal.text()).toContain(join(folder, 'workspace'));
        expect(terminal.text()).toContain('server.js');
        terminal.write('bash\r');
        terminal.write('tty >/dev/null\r');
        await vi.waitFor(() => expect(commands).toContain('tty >/dev/null'), WAIT);
        terminal.write('exit\r');
        terminal.write('exit 6\r');
        await vi.waitFor(() => expect(terminal.exitCode).toBe(6), WAIT);
      } finally {
        await terminal.close();
      }
    });

    it('follows a log in a terminal', async () => {
      const { session, folder } = await start();
      writeFileSync(join(folder, 'workspace/log/api.log'), 'first line\n');
      const command = await session.terminal({ kind: 'log', file: 'log/api.log', nonce: '' });
      const terminal = new Terminal({ id: 't', command, cols: 80, rows: 24, nonce: '', scrollback: 1000, recordingFile: null });
      try {
        await vi.waitFor(async () => expect(await terminal.containsLine('first line')).toBe(true), WAIT);
        expect(command.captured).toBe(false);
      } finally {
        await terminal.close();
      }
    });

    it('gives programs an environment without the secrets of the host', async () => {
      process.env.OPSLAB_TEST_SECRET = 'secret';
      try {
        const { session } = await start();
        const { stdout } = await session.exec(['env']);
        expect(stdout).not.toContain('secret');
        expect(stdout).toMatch(/^HOME=.*\/home$/m);
      } finally {
        delete process.env.OPSLAB_TEST_SECRET;
      }
    });

    it('ends a program that takes too long, with what it started', async () => {
      const { session, folder } = await start();
      await expect(session.exec(['bash', '-c', 'sleep 987 & sleep 987'], { timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
      await vi.waitFor(() => {
        expect(membersOf(folder).filter(({ pid }) => commandOf(pid) === 'sleep 987')).toEqual([]);
      }, WAIT);
    });

    it('reads and writes files of the workspace, and none outside', async () => {
      const { session, folder } = await start();
      expect(await session.listFiles('')).toEqual([
        { path: 'log', kind: 'directory', size: expect.any(Number) },
        { path: 'notes', kind: 'directory', size: expect.any(Number) },
        { path: 'server.js', kind: 'file', size: expect.any(Number) },
      ]);
      await session.writeFile('notes/new/file.txt', Buffer.from('text'));
      expect(Buffer.from(await session.readFile('notes/new/file.txt')).toString()).toBe('text');
      symlinkSync('/etc', join(folder, 'workspace/way-out'));
      symlinkSync('server.js', join(folder, 'workspace/inside.js'));
      for (const path of ['../plan', '/etc/passwd', 'notes/../../x']) {
        await expect(session.readFile(path)).rejects.toMatchObject({ code: 'not-allowed' });
      }
      await expect(session.readFile('way-out/hostname')).rejects.toMatchObject({ code: 'not-allowed' });
      await expect(session.writeFile('way-out/ops-lab-test', Buffer.from('x'))).rejects.toMatchObject({ code: 'not-allowed' });
      expect(existsSync('/etc/ops-lab-test')).toBe(false);
      const mode = statSync(join(folder, 'workspace/server.js')).mode;
      await session.writeFile('inside.js', Buffer.from('// changed'));
      expect(readFileSync(join(folder, 'workspace/server.js'), 'utf8')).toBe('// changed');
      expect(statSync(join(folder, 'workspace/server.js')).mode).toBe(mode);
      await expect(session.readFile('missing')).rejects.toMatchObject({ code: 'not-found' });
      await expect(session.writeFile('big', new Uint8Array(1_000_001))).rejects.toMatchObject({ code: 'file-too-large' });
    });

    it('goes on without its host, and is adopted by the next', async () => {
      const { session, id } = await start();
      await answers(session);
      const before = await session.processes('api', signal);
      await session.startLoad();
      await session.release();
      runtime = makeRuntime();
      const adopted = await runtime.adopt(request(id));
      expect(adopted).not.toBeNull();
      if (adopted === null) return;
      sessions.push(adopted);
      await adopted.ready;
      expect(await adopted.processes('api', signal)).toMatchObject([{ pid: before[0]?.pid }]);
    });

    it('finds nothing to adopt where nothing runs', async () => {
      expect(await runtime.adopt(request(hex(16)))).toBeNull();
    });

    it('leaves no process and no socket behind', async () => {
      const { session, folder } = await start();
      await answers(session);
      await session.startLoad();
      const command = await session.terminal({ kind: 'shell', nonce: 'x' });
      const terminal = new Terminal({ id: 't', command, cols: 80, rows: 24, nonce: 'x', scrollback: 100, recordingFile: null });
      terminal.write("trap '' HUP TERM; (setsid sleep 986 &); sleep 986\r");
      await vi.waitFor(() => expect(membersOf(folder).filter(({ pid }) => commandOf(pid) === 'sleep 986').length).toBe(2), WAIT);
      expect(await session.stop()).toEqual([]);
      expect(membersOf(folder)).toEqual([]);
      expect(existsSync(join(folder, 'supervisor.sock'))).toBe(false);
      await vi.waitFor(() => expect(terminal.state).toBe('exited'), WAIT);
      await terminal.close();
    });

    it('sweeps what belongs to no session', async () => {
      const kept = await start();
      const lost = await start();
      await answers(kept.session);
      let reason = '';
      lost.session.onLost((text) => {
        reason = text;
      });
      const removed = await runtime.sweep(new Set([kept.id]));
      expect(removed).toEqual([`the processes of session ${lost.id}`]);
      expect(membersOf(lost.folder)).toEqual([]);
      await vi.waitFor(() => expect(reason).not.toBe(''), WAIT);
      await answers(kept.session);
    });

    it('says so when its supervisor is killed, and nothing survives that', async () => {
      const { session, folder } = await start();
      await answers(session);
      let reason = '';
      session.onLost((text) => {
        reason = text;
      });
      const supervisor = supervisorOf(folder);
      expect(supervisor).toBeGreaterThan(1);
      process.kill(supervisor, 'SIGKILL');
      await vi.waitFor(() => expect(reason).toContain('have ended'), WAIT);
      await vi.waitFor(() => expect(membersOf(folder)).toEqual([]), WAIT);
    });
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return '';
  }
}

/** The supervisor's command line ends with the folder of its session. */
function supervisorOf(folder: string): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.find((pid) => commandOf(pid).endsWith(`supervisor/main.ts ${folder}`)) ?? 0;
}
