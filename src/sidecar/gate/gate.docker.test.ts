/** The engine cases of the gate, with real docker clients against the real engine. Each shows how it ends and that nothing was left. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILD_CASES, GATE_CASES, type GateCase, type Verdict } from '../../test-support/gate-cases.ts';
import { type GateOnEngine, type Ran, runDocker, startGateOnEngine } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { rawSocket } from '../../test-support/raw-socket.ts';
import { needsEngine } from '../../test-support/requirements.ts';

const CLIENTS = ['/usr/local/bin/docker', '/usr/bin/docker', '/opt/homebrew/bin/docker'].filter((path) => existsSync(path));
const STATUS: Readonly<Record<Verdict, number[]>> = { allow: [200, 201, 204], deny: [403], missing: [404], bad: [400] };

/** Words of a command line; double quotes hold one together. */
const words = (line: string): string[] => (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));

describe.skipIf(!needsEngine())('the gate before a real engine', () => {
  let image: string;
  let mine: GateOnEngine;
  let others: GateOnEngine;
  let names: Record<string, string>;
  let othersBefore: string[];
  const [first = 'docker'] = CLIENTS;

  const docker = (line: string, session = mine, input?: string): Promise<Ran> =>
    runDocker(first, session.host, words(line), input === undefined ? {} : { input });
  const fill = (text: string): string => Object.entries(names).reduce((all, [name, value]) => all.replaceAll(name, value), text);

  beforeAll(async () => {
    const { images } = await useLabImage();
    image = await images.imageId('ops-lab/base');
    [mine, others] = await Promise.all([startGateOnEngine(first, image), startGateOnEngine(first, image)]);
    const ok = async (line: string, session = mine): Promise<string> => {
      const ran = await docker(line, session);
      expect(ran, line).toMatchObject({ code: 0 });
      return ran.stdout.trim();
    };
    await ok('run -d --name OWN -v data:/data lab sh -c "echo hello from own; echo kept > /data/file; exec sleep 1000"');
    await ok('network create ownnet');
    const other = await ok('run -d --name OTHER -v OTHERVOLUME:/x lab sh -c "touch /x/secret; exec sleep 1000"', others);
    const othernet = await ok('network create OTHERNET', others);
    await runDocker(first, '', ['exec', mine.terminal, 'touch', '/lab/mine']);
    const { stdout: address } = await runDocker(first, '', [
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      mine.terminal,
    ]);
    names = {
      OTHERSREALVOLUME: others.gate.session.names.mangle('OTHERVOLUME'),
      OTHERNETPREFIX: othernet.slice(0, 12),
      OTHERSHORT: other.slice(0, 12),
      OTHERNET: othernet,
      WORKSTATIONIP: address.trim(),
      WORKSTATION: mine.terminal,
    };
    othersBefore = await others.traces();
  }, 600_000);

  afterAll(async () => {
    const left = await Promise.all([mine?.end(), others?.end()]);
    expect(left.flat()).toEqual([]);
  }, 120_000);

  /** `OTHER` is by its full id in every other case: a name of another session is nothing to begin with. */
  const withOther = (text: string, index: number): string =>
    fill(index % 2 === 0 ? text : text.replace(/\bOTHER\b/g, others.gate.session.ledger.own('container')[0]?.id ?? ''));

  async function runCase(client: string, one: GateCase, index: number): Promise<void> {
    const before = await mine.traces();
    if (one.raw) {
      const [method, path, body] = one.raw;
      const text = body === undefined ? '' : withOther(JSON.stringify(body), index);
      const framing =
        method === 'POST' || method === 'PUT' ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` : '';
      const withType = body === undefined ? framing.replace('Content-Type: application/json\r\n', '') : framing;
      const answer = await rawSocket(
        mine.socket,
        `${method} /v1.41${withOther(path, index)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${withType}\r\n${text}`,
        5_000,
      );
      expect(STATUS[one.verdict], `${one.id}: ${answer.text.slice(0, 300)}`).toContain(answer.status);
      if (one.out) expect(answer.body).toMatch(one.out);
    } else {
      const ran = await runDocker(client, mine.host, words(withOther(one.run ?? '', index)), { input: one.input ?? '', timeoutMs: 30_000 });
      if (one.verdict === 'allow') expect(ran, ran.stderr).toMatchObject({ code: 0 });
      else expect(ran.code, `${ran.all}`).not.toBe(0);
      if (one.verdict === 'missing') expect(ran.all).toMatch(/no such|not found|not exist/i);
      if (one.out) expect(ran.all.trim()).toMatch(one.out);
    }
    if (one.verdict !== 'allow') expect(await mine.traces()).toEqual(before);
    if (one.run?.includes('-d --name')) await docker(`rm -f ${one.id}`);
  }

  for (const client of CLIENTS) {
    it.each(
      GATE_CASES.map((one, index) => ({ ...one, index, title: one.run?.slice(0, 90) ?? one.raw?.slice(0, 2).join(' ').slice(0, 90) })),
    )(`${client} $id $title: $verdict`, async ({ index, ...one }) => {
      // What needs no client is the same for both.
      if (one.raw && client !== first) return;
      await runCase(client, one, index);
    });
  }

  it('touches nothing of the other session', async () => {
    expect(await others.traces()).toEqual(othersBefore);
    expect((await docker('ps -q', others)).stdout.trim().split('\n')).toHaveLength(1);
  });

  describe('builds', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each(BUILD_CASES)(
      '$id $args: $verdict',
      async ({ verdict, dockerfile, args = '', out }) => {
        await writeFile(join(folder, 'Dockerfile'), dockerfile);
        const before = await mine.traces();
        const ran = await docker(fill(`build ${args} ${args.includes('-t ') ? '' : '-t app'} ${folder}`).replace(/ +/g, ' '));
        if (verdict === 'allow') expect(ran, ran.stderr).toMatchObject({ code: 0 });
        else expect(ran.code, ran.all).not.toBe(0);
        if (verdict === 'missing') expect(ran.all).toMatch(/no such|not found/i);
        if (out) expect(ran.all).toMatch(out);
        if (verdict !== 'allow') return expect(await mine.traces()).toEqual(before);
        expect(ran.all).not.toContain('io.ops-lab');
        expect((await docker('rmi app')).code).toBe(0);
        expect(await mine.traces()).toEqual(before);
      },
      120_000,
    );

    it('BLD-024: a Dockerfile that is a link is refused', async () => {
      const other = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
      await symlink('/etc/hostname', join(other, 'Dockerfile'));
      expect((await docker(`build ${other}`)).code).not.toBe(0);
      await rm(other, { recursive: true });
    });

    it('IMG-001, BLD-051: what one session builds, the other does not have', async () => {
      await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nRUN echo secret > /secret');
      expect((await docker(`build -t app ${folder}`)).code).toBe(0);
      const id = (await docker('images -q --no-trunc app')).stdout.trim();
      expect((await docker(`run --rm ${id} true`, others)).code).not.toBe(0);
      expect((await docker(`inspect ${id}`, others)).all).toMatch(/no such/i);
      const theirs = await docker(`build -t app ${folder}`, others);
      expect(theirs.all).not.toContain('Using cache');
      expect((await docker('run --rm app cat /secret')).stdout).toContain('secret');
      expect((await docker('history app')).stdout).not.toMatch(/ops-lab|apt-get/);
      await docker('rmi app', others);
      await docker('rmi app');
    }, 60_000);
  });

  it('OWN-009, RUN-102: two sessions may both run --name api -p 8080:8080, and only their own is there', async () => {
    const [one, two] = await Promise.all([mine, others].map((session) => docker('run -d --name api -p 8080:8080 lab sleep 100', session)));
    expect([one, two]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(one?.stdout).not.toBe(two?.stdout);
    expect((await docker('ps --filter name=api')).stdout).toMatch(/0\.0\.0\.0:8080->8080\/tcp\s+api/);
    expect((await docker('port api', others)).stdout).toMatch(/8080\/tcp -> 0\.0\.0\.0:8080/);
    expect((await docker(`inspect ${two?.stdout.trim()}`)).all).toMatch(/no such/i);
    const again = await docker('run -d --name api lab true');
    expect(again.stderr).toMatch(/Conflict\. The container name "\/api" is already in use by container "[0-9a-f]{64}"/);
    const port = await docker('run -d --name api2 -p 8080:80 lab sleep 100');
    expect(port.stderr).toContain('Bind for 0.0.0.0:8080 failed: port is already allocated');
    expect((await docker('ps -a --filter name=api2 --format "{{.Status}}"')).stdout).toContain('Created');
    expect((await docker('rm -f api api2')).code).toBe(0);
    expect((await docker('rm -f api', others)).code).toBe(0);
  });

  it("LEK-002, LEK-003, LEK-004: inspect shows the learner's names and nothing of the engine", async () => {
    const { stdout } = await docker('inspect OWN');
    expect(stdout).toContain('"Name": "/OWN"');
    expect(stdout).not.toMatch(/\/var\/lib\/docker|overlay2\/|io\.ops-lab|ops-lab-|seccomp=/);
    expect((await docker('info')).stdout).not.toMatch(/Kernel Version: \d|Docker Root Dir: \/|Registry: http/);
  });

  it('EXE-066, LEK-006: events tell of own objects only', async () => {
    await docker('run --rm --name loud lab true', others);
    await runDocker(first, '', ['exec', mine.gate.session.ledger.named('container', 'OWN')?.id ?? '', 'cat', '/data/file']);
    await docker('run --rm --name quiet lab sh -c "exit 3"');
    const tell = async (): Promise<string> => (await docker('events --since 1h --until 0s')).stdout;
    // The client asks for whole seconds.
    await expect.poll(tell, { timeout: 5_000 }).toMatch(/container die [0-9a-f]{64} \(exitCode=3, image=lab:latest, name=quiet\)/);
    const stdout = await tell();
    expect(stdout).not.toContain('loud');
    // The platform's own look into the container, and nobody else's, is hidden.
    expect(stdout).not.toContain('exec_create: cat /data/file');
  });

  it('SWM-018: system prune takes own and unused things only', async () => {
    await docker('volume create unused');
    const before = await others.traces();
    expect((await docker('system prune -a -f --volumes')).code).toBe(0);
    expect((await docker('volume ls -q')).stdout).not.toContain('unused');
    expect((await docker('ps -q')).stdout).not.toBe('');
    expect((await docker('images -q')).stdout).not.toBe('');
    expect(await others.traces()).toEqual(before);
  });

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

  it('G-16: the end of a session leaves nothing, while build, logs -f, exec, attach and events run', async () => {
    const busy = await startGateOnEngine(first, image);
    const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nVOLUME /v\nRUN echo before\nRUN echo building; sleep 60');
    await docker('run -d --name long -v kept:/k lab sh -c "while true; do echo line; sleep 0.05; done"', busy);
    await docker('network create extra', busy);
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
    await expect
      .poll(
        async () =>
          (await runDocker(first, '', ['ps', '-q', '--filter', `label=io.ops-lab.session=${busy.id}`])).stdout.trim().split('\n').length,
        { timeout: 20_000 },
      )
      .toBe(2);
    expect(await busy.end()).toEqual([]);
    expect(await busy.traces()).toEqual([]);
    // stats goes on waiting for a container that it cannot see any more.
    clients.abort();
    await Promise.all(running);
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
