/** What a session may use up on a real engine, how it stays apart from another one, and how it ends. */
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, type GateOnEngine, type Ran, runDocker, startGateOnEngine, words } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { rawSocket } from '../../test-support/raw-socket.ts';
import { needsEngine } from '../../test-support/requirements.ts';

const MB = 1024 ** 2;
const WAIT = { timeout: 30_000, interval: 100 };

/** @returns the status of a GET over the session's socket */
const get = async (session: GateOnEngine, path: string): Promise<number> =>
  (await rawSocket(session.socket, `GET /v1.41${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 10_000)).status;

describe.skipIf(!needsEngine())('sessions before a real engine', () => {
  let image: string;
  let mine: GateOnEngine;
  let others: GateOnEngine;
  const [first = 'docker'] = CLIENTS;

  const docker = (line: string, session = mine): Promise<Ran> => runDocker(first, session.host, words(line));
  const sh = (script: string, session = mine, ...flags: string[]): Promise<Ran> =>
    runDocker(first, session.host, ['run', '--rm', ...flags, 'lab', 'sh', '-c', script]);
  const real = async (...args: string[]): Promise<string> => (await runDocker(first, '', args)).stdout.trim();
  const idOf = (name: string, session = mine): string => session.gate.session.ledger.named('container', name)?.id ?? '';

  beforeAll(async () => {
    const { images } = await useLabImage();
    image = await images.imageId('ops-lab/base');
    [mine, others] = await Promise.all([startGateOnEngine(first, image), startGateOnEngine(first, image)]);
  }, 600_000);

  afterAll(async () => {
    const left = await Promise.all([mine?.end(), others?.end()]);
    expect(left.flat()).toEqual([]);
  }, 120_000);

  describe('reach', () => {
    it('NET-057: a container of another session is not reached by its address, one of the own session is', async () => {
      const server = [
        'run',
        '-d',
        '--name',
        'server',
        'lab',
        'node',
        '-e',
        "require('http').createServer((q, r) => r.end('here')).listen(80)",
      ];
      const address = async (session: GateOnEngine): Promise<string> => {
        expect(await runDocker(first, session.host, server)).toMatchObject({ code: 0 });
        return (await docker('inspect -f {{.NetworkSettings.IPAddress}} server', session)).stdout.trim();
      };
      const [near, far] = await Promise.all([address(mine), address(others)]);
      const ask = async (host: string): Promise<string> => (await sh(`curl -s --max-time 3 http://${host}/; echo " $?"`)).stdout;
      await expect.poll(() => ask(near), WAIT).toMatch(/here 0/);
      expect(await ask(far)).not.toContain('here');
      await Promise.all([docker('rm -f server'), docker('rm -f server', others)]);
    }, 60_000);

    it('RUN-007: a lab that lists NET_RAW gives it, and nothing else', async () => {
      const pinging = await startGateOnEngine(first, image, { capabilities: ['NET_RAW'] });
      try {
        const { stdout } = await sh('grep CapEff /proc/self/status; ping -c1 127.0.0.1', pinging, '--cap-add=NET_RAW');
        expect(stdout).toMatch(/CapEff:\s0{12}2000[\s\S]*1 received/);
        expect((await sh('true', pinging, '--cap-add=NET_ADMIN')).stderr).toContain('NET_ADMIN');
      } finally {
        expect(await pinging.end()).toEqual([]);
      }
    }, 60_000);

    it('HRD-006, HRD-017: the calls that scanners for break-outs try are refused', async () => {
      // By number: bpf, perf_event_open, userfaultfd, io_uring_setup, add_key, keyctl, kexec_load, init_module, finit_module, setns,
      // mount, pivot_root, open_by_handle_at, unshare, process_vm_readv, settimeofday, swapon, syslog, chroot, clone with a user namespace.
      const program = `
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
calls = {321: (5, 0, 0), 298: (0, 0, -1, -1, 0), 323: (1,), 425: (1, 0), 248: (0, 0, 0, 0, 0), 250: (0, 0), 246: (0, 0, 0, 0), 175: (0, 0, 0),
  313: (0, 0, 0), 308: (0, 0), 165: (0, 0, 0, 0, 0), 155: (0, 0), 304: (0, 0, 0), 272: (0x10000000,), 310: (1, 0, 0, 0, 0, 0), 164: (0, 0),
  167: (0, 0), 103: (3, 0, 0), 161: (b"/",), 56: (0x10000011, 0, 0, 0, 0)}
for number, args in calls.items():
  result = libc.syscall(number, *args)
  if result == 0 and number == 56: sys.exit(0)
  error = ctypes.get_errno()
  if result >= 0 or error not in (1, 38): print("allowed", number, result, error)
print("end")`;
      const ran = await runDocker(first, mine.host, [
        'run',
        '--rm',
        'lab',
        'python3',
        '-c',
        process.arch === 'x64' ? program : 'print("end")',
      ]);
      expect(ran.all.trim()).toBe('end');
    });
  });

  describe('what a session may use up', () => {
    it('DOS-002: commands that run', async () => {
      const small = await startGateOnEngine(first, image, { limits: { execs: 2 } });
      try {
        await docker('run -d --name own lab sleep 1000', small);
        for (const expected of [0, 0, 1]) expect((await docker('exec -d own sleep 1000', small)).code).toBe(expected);
      } finally {
        expect(await small.end()).toEqual([]);
      }
    }, 60_000);

    it('DOS-004: memory ends where its limit is, and the exit code says so', async () => {
      const { code } = await sh('node -e "const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))"', mine, '-m', '64m', '--name', 'bomb');
      expect(code).toBe(137);
    });

    it('RUN-094: --rm keeps the exit code for the client, and takes volumes without a name with it', async () => {
      const before = (await docker('volume ls -q')).stdout;
      for (let count = 0; count < 3; count += 1) expect((await sh('exit 3', mine, '-v', '/cache')).code).toBe(3);
      await expect.poll(async () => (await docker('volume ls -q')).stdout, WAIT).toBe(before);
    });

    it('memory and processes of all that runs are one sum, also after docker update and of two starts at once', async () => {
      const small = await startGateOnEngine(first, image, { limits: { memory: 256 * MB, pids: 200 } });
      try {
        for (const name of ['a', 'b', 'c']) await docker(`create --name ${name} -m 128m --pids-limit 50 lab sleep 100`, small);
        const started = await Promise.all(['a', 'b', 'c'].map((name) => docker(`start ${name}`, small)));
        expect(started.map(({ code }) => code).sort()).toEqual([0, 0, 1]);
        const [running = ''] = (await docker('ps --format {{.Names}}', small)).stdout.split('\n');
        expect((await docker(`update --memory 512m --memory-swap 512m ${running}`, small)).stderr).toContain("lab's limit");
        expect((await docker(`update --memory 64m --memory-swap 64m ${running}`, small)).code).toBe(0);
      } finally {
        expect(await small.end()).toEqual([]);
      }
    }, 60_000);

    it('DOS-009: a flood of output ends in two small files', async () => {
      const small = await startGateOnEngine(first, image, { limits: { logBytes: MB } });
      try {
        await docker('run -d --name loud lab sh -c "yes $(head -c 1000 /dev/zero | tr \'\\0\' x) | head -c 6000000"', small);
        const id = idOf('loud', small);
        await expect.poll(() => real('inspect', '-f', '{{.State.Status}}', id), WAIT).toBe('exited');
        const path = await real('inspect', '-f', '{{.LogPath}}', id);
        // Only root may look there.
        if (process.getuid?.() === 0) {
          const sizes = readdirSync(dirname(path)).filter((name) => name.includes('json.log'));
          expect(sizes.reduce((sum, name) => sum + statSync(join(dirname(path), name)).size, 0)).toBeLessThan(3 * MB);
        }
        expect((await docker('logs loud', small)).stdout.length).toBeLessThan(3 * MB);
      } finally {
        expect(await small.end()).toEqual([]);
      }
    }, 60_000);

    it('DOS-010, DOS-017: who follows and never reads costs little, and holds nobody up', async () => {
      await docker('run -d --name flood lab yes');
      const id = idOf('flood');
      const before = process.memoryUsage().rss;
      const silent = [
        `GET /v1.41/containers/${id}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n`,
        `POST /v1.41/containers/${id}/attach?stream=1&stdout=1&logs=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
      ].map((head) => {
        const socket = connect(mine.socket);
        socket.on('error', () => {});
        socket.pause();
        socket.write(head);
        return socket;
      });
      // Time in which an unbounded reader would take hundreds of megabytes.
      const until = Date.now() + 3_000;
      while (Date.now() < until) {
        expect(await get(mine, '/containers/json')).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * MB);
      for (const socket of silent) socket.destroy();
      expect((await docker('rm -f flood')).code).toBe(0);
    }, 60_000);

    it('DOS-019: a container that always fails is started again three times at most', async () => {
      await docker('run -d --name storm --restart=always lab false');
      await expect.poll(() => real('inspect', '-f', '{{.State.Status}} {{.RestartCount}}', idOf('storm')), WAIT).toBe('exited 3');
      await docker('rm -f storm');
    }, 60_000);

    it('DOS-020: a health check that never returns is unhealthy, and its children are counted', async () => {
      await docker(
        'run -d --name ill --pids-limit 40 --health-cmd "sleep 1000 & sleep 1000" --health-interval 1s --health-timeout 1s --health-retries 2 lab sleep 1000',
      );
      await expect
        .poll(() => docker('inspect -f {{.State.Health.Status}} ill').then(({ stdout }) => stdout.trim()), WAIT)
        .toBe('unhealthy');
      expect(Number((await docker('stats --no-stream --format {{.PIDs}} ill')).stdout)).toBeLessThanOrEqual(40);
      await docker('rm -f ill');
    }, 60_000);

    it('OWN-023: sizes are looked up now and then only', async () => {
      const statuses = await Promise.all(Array.from({ length: 8 }, () => get(mine, '/containers/json?size=1&all=1')));
      expect(statuses.filter((status) => status === 403).length).toBeGreaterThanOrEqual(4);
    });

    it.each([
      ['bytes', { diskBytes: 20 * MB }, 'dd if=/dev/zero of=/big bs=1M count=60; sleep 60', 'MB on the disk'],
      ['bytes in a volume', { diskBytes: 20 * MB }, 'dd if=/dev/zero of=/v/big bs=1M count=60; sleep 60', 'MB on the disk'],
      ['files', { diskFiles: 2_000 }, 'mkdir /many; cd /many; seq 5000 | xargs touch; sleep 60', 'files in containers'],
    ])(
      'BLD-048, DOS-008, DOS-012: who holds too many %s is stopped, and starts again when there is room',
      async (what, limits, script, words_) => {
        // Only root may look into the folders of volumes and count files.
        if (what !== 'bytes' && process.getuid?.() !== 0) return;
        const small = await startGateOnEngine(first, image, { limits: { ...limits, diskMs: 300 } });
        try {
          expect((await sh(script, small, '-v', 'kept:/v', '--name', 'full')).code).toBe(137);
          await docker('create --name full -v kept:/v lab true', small);
          if (what === 'bytes in a volume') {
            expect((await docker('start full', small)).stderr).toContain(words_);
            await docker('rm full', small);
            await docker('volume rm kept', small);
          }
          await expect.poll(async () => (await sh('true', small)).code, WAIT).toBe(0);
        } finally {
          expect(await small.end()).toEqual([]);
        }
      },
      60_000,
    );

    it('BLD-048: a build that fills the disk is cancelled; also when the disk itself is nearly full', async () => {
      const { bavail, bsize } = await statfs('/');
      const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
      await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nRUN dd if=/dev/zero of=/big bs=1M count=60; sleep 60');
      for (const limits of [{ diskBytes: 20 * MB }, { diskReserveBytes: 2 * bavail * bsize + 1e15 }]) {
        const small = await startGateOnEngine(first, image, { limits: { ...limits, diskMs: 300 } });
        try {
          const ran = await docker(`build ${folder}`, small);
          expect(ran.code).not.toBe(0);
          expect(ran.all).toMatch(/non-zero code: 137|lab's limit/);
        } finally {
          expect(await small.end()).toEqual([]);
        }
      }
      await rm(folder, { recursive: true });
    }, 60_000);

    it('DOS-018: sizes of a window that come quickly are all answered', async () => {
      await docker('run -d --name window lab sleep 100');
      const resize = `POST /v1.41/containers/window/resize?h=20&w=80 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
      const last = resize.replace('Host: x', 'Host: x\r\nConnection: close');
      const answers = (await rawSocket(mine.socket, resize.repeat(99) + last, 20_000)).text.match(/HTTP\/1\.1 \d+/g) ?? [];
      expect(answers).toHaveLength(100);
      await docker('rm -f window');
    });

    it('a node of the learner in the terminal that never stops talking does not end the gate', async () => {
      const own = await startGateOnEngine(first, image, { forwardPorts: true });
      try {
        await real(
          'exec',
          own.terminal,
          'sh',
          '-c',
          'printf "#!/bin/sh\nexec yes\n" > /usr/local/sbin/node; chmod +x /usr/local/sbin/node',
        );
        const before = process.memoryUsage().rss;
        expect((await docker('run -d --name api -p 8080:8080 lab sleep 100', own)).code).toBe(0);
        expect(process.memoryUsage().rss - before).toBeLessThan(150 * MB);
        expect(await get(own, '/containers/json')).toBe(200);
      } finally {
        expect(await own.end()).toEqual([]);
      }
    }, 60_000);

    it('DOS-001, DOS-012, DOS-013: numbers of the lab hold', async () => {
      const small = await startGateOnEngine(first, image, { limits: { containers: 2, volumes: 2, networks: 1, execs: 1 } });
      try {
        for (const line of [
          'create --name a lab true',
          'create --name b lab true',
          'volume create a',
          'volume create b',
          'network create a',
        ]) {
          expect(await docker(line, small), line).toMatchObject({ code: 0 });
        }
        for (const line of ['create --name c lab true', 'volume create c', 'network create c'])
          expect((await docker(line, small)).stderr, line).toContain("lab's limit");
      } finally {
        expect(await small.end()).toEqual([]);
      }
    }, 60_000);
  });

  it('G-16, EXE-065, DOS-028: the end of a session leaves nothing, while build, logs -f, exec, attach and events run', async () => {
    const busy = await startGateOnEngine(first, image);
    const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nVOLUME /v\nRUN echo before\nRUN echo building; sleep 60');
    await docker('run -d --name long -v kept:/k lab sh -c "while true; do echo line; sleep 0.05; done"', busy);
    await docker('network create extra', busy);
    await docker('run -d --name frozen lab sleep 1000', busy);
    await docker('pause frozen', busy);
    const open = connect(busy.socket);
    const closed = new Promise((resolve) => open.once('close', resolve));
    open.on('error', () => {}).resume();
    const clients = new AbortController();
    const running = [
      'logs -f long',
      'exec long sleep 60',
      'attach long',
      'events',
      'stats long',
      'wait long',
      `build -t slow ${folder}`,
    ].map((line) => runDocker(first, busy.host, words(line), { signal: clients.signal }));
    // The steps before the last one have containers too, which are gone again at once.
    const lastStep = async (): Promise<string | undefined> =>
      (await real('ps', '--no-trunc', '--format', '{{.ID}} {{.Command}}', '--filter', `label=io.ops-lab.session=${busy.id}`))
        .split('\n')
        .find((line) => line.includes('echo building'))
        ?.split(' ')[0];
    await expect.poll(lastStep, { timeout: 20_000 }).toMatch(/^[0-9a-f]{64}$/);
    // The builder gives its containers volumes without a label.
    const volume = await real('inspect', '-f', '{{range .Mounts}}{{.Name}}{{end}}', (await lastStep()) ?? '');
    expect(volume).toMatch(/^[0-9a-f]{64}$/);
    expect(await busy.end()).toEqual([]);
    await closed;
    expect((await runDocker(first, '', ['volume', 'inspect', volume])).code).not.toBe(0);
    expect(await busy.traces()).toEqual([]);
    // stats goes on waiting for a container that it cannot see any more.
    clients.abort();
    await Promise.all(running);
    await rm(folder, { recursive: true });
  }, 60_000);

  it('G-16: images of many steps go with their steps, and those of builds that share some', async () => {
    const built = await startGateOnEngine(first, image);
    const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    for (const last of ['EXPOSE 1', 'EXPOSE 2', 'RUN false']) {
      await writeFile(
        join(folder, 'Dockerfile'),
        ['FROM lab', ...Array.from({ length: 8 }, (_, index) => `ENV A${index}=1`), last].join('\n'),
      );
      expect((await docker(`build ${folder}`, built)).code).toBe(last === 'RUN false' ? 1 : 0);
    }
    expect((await built.traces()).length).toBeGreaterThan(10);
    expect(await built.end()).toEqual([]);
    expect(await built.traces()).toEqual([]);
    await rm(folder, { recursive: true });
  }, 60_000);

  it('OWN-027: a crash is cleaned from the ledger and from labels with a valid code', async () => {
    const lost = await startGateOnEngine(first, image);
    await docker('run -d --name a -v v:/v lab sleep 100', lost);
    const forged = await runDocker(first, '', [
      'create',
      '--label',
      `io.ops-lab.session=${lost.id}`,
      '--label',
      'io.ops-lab.service=~gate',
      '--label',
      'io.ops-lab.gate=forged',
      image,
      'true',
    ]);
    const forgedId = forged.stdout.trim();
    expect(await lost.end()).toEqual([]);
    expect((await runDocker(first, '', ['inspect', '-f', '{{.Id}}', forgedId])).stdout.trim()).toBe(forgedId);
    await runDocker(first, '', ['rm', forgedId]);
    expect(await lost.traces()).toEqual([]);
  }, 60_000);
});
