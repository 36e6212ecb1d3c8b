/** The engine cases of the gate, with real docker clients against the real engine. Each shows how it ends and that nothing was left. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GATE_CASES, type GateCase, type Verdict } from '../../test-support/gate-cases.ts';
import { UNLISTED_CASES } from '../../test-support/gate-cases-unlisted.ts';
import { CLIENTS, type GateOnEngine, type Ran, runDocker, startGateOnEngine, words } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { rawSocket, type SocketAnswer } from '../../test-support/raw-socket.ts';
import { engineVersion, needsEngine } from '../../test-support/requirements.ts';

const STATUS: Readonly<Record<Verdict, number[]>> = { allow: [200, 201, 204, 304], deny: [403], missing: [404], bad: [400] };
const CASES = [...GATE_CASES, ...UNLISTED_CASES].map((one, index) => ({
  ...one,
  index,
  title: one.run?.slice(0, 90) ?? one.raw?.slice(0, 2).join(' ').slice(0, 90),
}));

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
    await runDocker(first, '', ['exec', mine.terminal, 'sh', '-c', 'touch /lab/mine; ln -s /etc /lab/link']);
    const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nRUN echo theirs > /theirs');
    await ok(`build -q -t theirs ${folder}`, others);
    await rm(folder, { recursive: true });
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
      OTHERIMAGE: (await ok('images -q --no-trunc theirs', others)).slice('sha256:'.length),
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
      const text = body === undefined ? '' : withOther(typeof body === 'string' ? body : JSON.stringify(body), index);
      const framing =
        method === 'POST' || method === 'PUT' ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` : '';
      const withType = body === undefined ? framing.replace('Content-Type: application/json\r\n', '') : framing;
      const answer = await rawSocket(
        mine.socket,
        `${method} /v1.41${withOther(path, index)} HTTP/1.1\r\nHost: x\r\n${one.head ?? 'Connection: close\r\n'}${withType}\r\n${text}`,
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
    // What needs no client, and what happens inside a container, is the same for all of them.
    const cases = CASES.filter((one) => client === first || (one.run !== undefined && !one.once));
    it.each(cases)(`${client} $id $title: $verdict`, ({ index, ...one }) => runCase(client, one, index));
  }

  it.each(CLIENTS)(
    '%s goes through the life of a container, an image, a network and a volume',
    async (client) => {
      const steps: readonly (readonly [line: string, out: RegExp])[] = [
        ['create --name life -p 7070:70 -v kept:/k -e A=b -w /tmp lab sh -c "echo born; exec sleep 1000"', /^[0-9a-f]{64}$/],
        ['start life', /^life$/],
        [
          'ps --filter name=life --format "{{.Names}} {{.Image}} {{.State}} {{.Ports}}"',
          /^life lab:latest running 0\.0\.0\.0:7070->70\/tcp$/,
        ],
        ['port life', /^70\/tcp -> 0\.0\.0\.0:7070$/m],
        ['inspect -f "{{.State.Running}} {{.Config.WorkingDir}} {{.Config.Env}}" life', /^true \/tmp \[.*A=b/],
        ['top life', /sleep 1000/],
        ['stats --no-stream --format {{.Name}} life', /^life$/],
        ['exec life sh -c "echo said > /k/file; pwd"', /^\/tmp$/],
        ['diff life', /^$|^[AC] /m],
        ['cp life:/k/file -', /said/],
        ['logs --tail 1 life', /^born$/],
        ['pause life', /^life$/],
        ['unpause life', /^life$/],
        ['rename life again', /^$/],
        ['restart -t 0 again', /^again$/],
        ['kill again', /^again$/],
        ['wait again', /^137$/],
        ['start -a again', /^$/],
        ['network create wires', /^[0-9a-f]{64}$/],
        ['network connect --alias too wires again', /^$/],
        ['network ls -q --filter name=wires', /^[0-9a-f]{12}$/],
        ['network disconnect wires again', /^$/],
        ['network rm wires', /^wires$/],
        ['stop -t 0 again', /^again$/],
        ['rm again', /^again$/],
        ['volume inspect -f {{.Name}} kept', /^kept$/],
        ['volume rm kept', /^kept$/],
        ['tag lab copy:2', /^$/],
        ['images --format "{{.Repository}}:{{.Tag}}" copy', /^copy:2$/],
        ['image inspect -f {{.Os}} copy:2', /^linux$/],
        ['rmi copy:2', /Untagged: copy:2/],
        ['system df', /Local Volumes/],
        ['info -f {{.Name}}', /^ops-lab$/],
        ['version -f {{.Server.APIVersion}}', /^1\.\d\d$/],
        ['ps -a --filter name=again -q', /^$/],
      ];
      for (const [line, out] of steps) {
        // A container that runs for long is left by whoever follows it.
        if (line === 'start -a again') {
          const follower = runDocker(client, mine.host, words('logs -f again'));
          expect((await runDocker(client, mine.host, ['start', 'again'])).code).toBe(0);
          expect((await runDocker(client, mine.host, ['stop', '-t', '0', 'again'])).code).toBe(0);
          expect((await follower).code).toBe(0);
          expect((await runDocker(client, mine.host, ['start', 'again'])).code).toBe(0);
          continue;
        }
        const ran = await runDocker(client, mine.host, words(line));
        expect(ran, line).toMatchObject({ code: 0 });
        expect(ran.stdout.trim(), line).toMatch(out);
      }
    },
    120_000,
  );

  it('touches nothing of the other session', async () => {
    expect(await others.traces()).toEqual(othersBefore);
    expect((await docker('ps -q', others)).stdout.trim().split('\n')).toHaveLength(1);
  });

  describe('objects by their names', () => {
    const lines = async (line: string, session = mine): Promise<string[]> =>
      (await docker(line, session)).stdout.split('\n').filter((one) => one !== '');

    it('VOL-023, VOL-040, VOL-044: volumes are made under the own label, listed alone, pruned alone', async () => {
      const before = await mine.traces();
      expect((await docker('run --rm -v fresh:/x lab touch /x/kept')).code).toBe(0);
      expect((await mine.traces()).filter((one) => !before.includes(one))).toEqual([mine.gate.session.names.mangle('fresh')]);
      expect(await lines('volume ls -q')).toContain('fresh');
      // One of that name of this session's was made by VOL-021; the other session's is not told apart by its name, but by what it holds.
      expect((await docker('run --rm -v fresh:/x lab ls -A /x', others)).stdout).toBe('');
      const theirs = await others.traces();
      expect((await docker('volume prune -f')).code).toBe(0);
      expect(await lines('volume ls -q')).toEqual(['data']);
      expect(await others.traces()).toEqual(theirs);
      await docker('volume rm fresh', others);
    }, 60_000);

    it('NET-017, NET-023, NET-038, NET-041: networks are internal, one of a name, listed and pruned alone', async () => {
      expect((await docker('network create --internal=false open')).code).toBe(0);
      expect((await docker('network inspect -f {{.Internal}} open')).stdout.trim()).toBe('true');
      const twice = await Promise.all([docker('network create twin'), docker('network create twin')]);
      expect(twice.map(({ code }) => code).sort()).toEqual([0, 1]);
      expect(twice.find(({ code }) => code !== 0)?.stderr).toContain('already exists');
      expect((await lines('network ls --format {{.Name}}')).sort()).toEqual(['bridge', 'host', 'none', 'open', 'ownnet', 'twin']);
      const theirs = await others.traces();
      await docker('network connect ownnet OWN');
      expect((await docker('network prune -f')).code).toBe(0);
      expect((await lines('network ls --format {{.Name}}')).sort()).toEqual(['bridge', 'host', 'none', 'ownnet']);
      await docker('network disconnect ownnet OWN');
      expect(await others.traces()).toEqual(theirs);
    }, 60_000);

    const major = Number(engineVersion().split('.')[0]);
    it.skipIf(major < 28)(`C-4: networks keep the host itself off (needs engine 28; this one is ${engineVersion()})`, async () => {
      await docker('network create apart');
      const id = mine.gate.session.ledger.named('network', 'apart')?.id ?? '';
      expect((await runDocker(first, '', ['network', 'inspect', '-f', '{{json .Options}}', id])).stdout).toContain('"isolated"');
      await docker('network rm apart');
    });

    it('EXE-010, EXE-011: commands of another session do not exist', async () => {
      const container = others.gate.session.ledger.named('container', 'OTHER')?.id ?? '';
      const ask = async (session: GateOnEngine, method: string, path: string, body = ''): Promise<SocketAnswer> =>
        rawSocket(
          session.socket,
          `${method} /v1.41${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${method === 'POST' ? `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` : ''}\r\n${body}`,
          5_000,
        );
      const made = await ask(others, 'POST', `/containers/${container}/exec`, '{"Cmd":["true"]}');
      const { Id } = JSON.parse(made.body) as { Id: string };
      expect((await ask(others, 'GET', `/exec/${Id}/json`)).status).toBe(200);
      for (const [method, path] of [
        ['GET', 'json'],
        ['POST', 'resize?h=1&w=1'],
        ['POST', 'start'],
      ] as const) {
        const foreign = await ask(mine, method, `/exec/${Id}/${path}`, method === 'POST' ? '{}' : '');
        const nothing = await ask(mine, method, `/exec/${'0'.repeat(64)}/${path}`, method === 'POST' ? '{}' : '');
        expect(foreign.status).toBe(404);
        expect(foreign.body.replaceAll(Id, 'X')).toBe(nothing.body.replaceAll('0'.repeat(64), 'X'));
      }
    });

    it('EXE-049, EXE-060: names of others are free, and only own containers that stand are pruned', async () => {
      expect((await docker('create --name stands lab true')).code).toBe(0);
      expect((await docker('rename stands OTHER')).code).toBe(0);
      const theirs = await others.traces();
      expect((await docker('container prune -f')).stdout).toContain('Deleted Containers');
      expect(await lines('ps -a --format {{.Names}}')).toEqual(['OWN']);
      expect(await others.traces()).toEqual(theirs);
    });

    it('LEK-007, OWN-017: containers of the platform look like nothing, by name and by id', async () => {
      const name = (await runDocker(first, '', ['inspect', '-f', '{{.Name}}', others.terminal])).stdout.trim().slice(1);
      for (const verb of ['logs', 'top', 'inspect', 'port', 'diff']) {
        const [byName, byId, nothing] = await Promise.all([name, others.terminal, 'nothing'].map((one) => docker(`${verb} ${one}`)));
        expect(byName?.all.replaceAll(name, 'X'), verb).toBe(nothing?.all.replaceAll('nothing', 'X'));
        expect(byId?.all.replaceAll(others.terminal, 'X'), verb).toBe(nothing?.all.replaceAll('nothing', 'X'));
      }
    });

    it('OWN-007: an image whose labels say that it is of another session gives its containers to this one', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
      await writeFile(join(folder, 'Dockerfile'), `FROM ${image}\nLABEL io.ops-lab.session=${others.id} io.ops-lab.gate=x`);
      const id = (await runDocker(first, '', ['build', '-q', folder])).stdout.trim();
      const labelled = await startGateOnEngine(first, image, { allowedImages: [{ name: 'labelled:latest', id }] });
      const theirs = await others.traces();
      try {
        expect((await docker('create --name x labelled', labelled)).code).toBe(0);
        expect(await labelled.traces()).toHaveLength(1);
        // The image itself carries the other one's label, and stays: it has no code.
        expect((await others.traces()).filter((one) => one !== id)).toEqual(theirs.filter((one) => one !== id));
      } finally {
        expect(await labelled.end()).toEqual([]);
        expect((await runDocker(first, '', ['rmi', id])).code).toBe(0);
        await rm(folder, { recursive: true });
      }
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

  it("LEK-001, LEK-002, LEK-003, LEK-004: inspect shows the learner's names and nothing of the engine", async () => {
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
    await expect.poll(tell, { timeout: 20_000 }).toMatch(/container die [0-9a-f]{64} \(exitCode=3, image=lab:latest, name=quiet\)/);
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
});
