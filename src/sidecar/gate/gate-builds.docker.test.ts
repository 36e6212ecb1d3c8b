/** Builds through the gate, with a real docker client against the real engine. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILD_CASES } from '../../test-support/gate-cases.ts';
import { CLIENTS, type GateOnEngine, type Ran, runDocker, startGateOnEngine, words } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { needsEngine } from '../../test-support/requirements.ts';

describe.skipIf(!needsEngine())('builds before a real engine', () => {
  let mine: GateOnEngine;
  let others: GateOnEngine;
  const [first = 'docker'] = CLIENTS;

  const docker = (line: string, session = mine): Promise<Ran> => runDocker(first, session.host, words(line));

  let folder: string;
  beforeAll(async () => {
    const { images } = await useLabImage();
    const image = await images.imageId('ops-lab/base');
    [mine, others] = await Promise.all([startGateOnEngine(first, image), startGateOnEngine(first, image)]);
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
  }, 600_000);
  afterAll(async () => {
    const left = await Promise.all([mine?.end(), others?.end()]);
    await rm(folder, { recursive: true, force: true });
    expect(left.flat()).toEqual([]);
  }, 120_000);

  it.each(BUILD_CASES)(
    '$id $args: $verdict',
    async ({ verdict, dockerfile, args = '', out }) => {
      await writeFile(join(folder, 'Dockerfile'), dockerfile);
      const before = await mine.traces();
      const ran = await docker(`build ${args} ${args.includes('-t ') ? '' : '-t app'} ${folder}`.replace(/ +/g, ' '));
      if (verdict === 'allow') expect(ran, ran.stderr).toMatchObject({ code: 0 });
      else expect(ran.code, ran.all).not.toBe(0);
      if (verdict === 'missing') expect(ran.all).toMatch(/no such|not found/i);
      if (out) expect(ran.all).toMatch(out);
      // Steps of a build that failed go right after its answer.
      if (verdict !== 'allow') return expect.poll(() => mine.traces(), { timeout: 20_000 }).toEqual(before);
      expect(ran.all).not.toContain('io.ops-lab');
      expect((await docker('rmi app')).code).toBe(0);
      expect(await mine.traces()).toEqual(before);
    },
    120_000,
  );

  const build = async (dockerfile: string, args = '-t app', session = mine): Promise<Ran> => {
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    return docker(`build ${args} ${folder}`, session);
  };

  it('BLD-032: stages are found by name and by number, and one of them may be the target', async () => {
    const stages = [
      'FROM lab AS First\nRUN echo one > /one',
      'FROM first AS second\nRUN echo two > /two',
      'FROM scratch\nCOPY --from=FIRST /one /x/one\nCOPY --from=1 /two /x/two',
      'FROM lab\nCOPY --from=2 /x /x\nCOPY --from=lab /etc/hostname /x/host\nRUN cat /x/one /x/two',
    ].join('\n');
    const whole = await build(stages);
    expect(whole, whole.all).toMatchObject({ code: 0 });
    expect(whole.stdout).toMatch(/^one\n(?:.*\n)?two$/m);
    expect(whole.all).toContain('FROM first AS second');
    expect(whole.all).not.toContain('opslab-stage');
    for (const [target, files] of [
      ['Second', '/one /two'],
      ['0', '/one'],
    ]) {
      const ran = await build(stages, `--target ${target} -t part`);
      expect(ran, ran.all).toMatchObject({ code: 0 });
      expect((await docker('run --rm part sh -c "echo /one* /two*"')).stdout.replace(' /two*', '').trim()).toBe(files);
      expect((await docker('rmi part')).code).toBe(0);
    }
    expect((await build(stages, '--target opslab-stage-0. -t part')).all).toContain('failed to reach build target');
    expect((await docker('rmi app')).code).toBe(0);
  }, 120_000);

  it('VOL: a volume of the learner takes the place of one that the image declares, however it is written', async () => {
    expect((await build('FROM lab\nVOLUME /data/\nVOLUME ["/data", "/more//x/"]')).code).toBe(0);
    const before = await mine.traces();
    const ran = await docker('run --name full -v vol:/data app sh -c "echo kept > /data/x; mount | grep -c /more/x"');
    expect(ran, ran.all).toMatchObject({ code: 0 });
    // One that the engine makes by itself would have no label of ours: the end of this file looks for the others.
    const mounts = await runDocker(first, '', [
      'inspect',
      '-f',
      '{{range .Mounts}}{{.Name}} {{.Destination}};{{end}}',
      `ops-lab-${mine.id}.full`,
    ]);
    const places = mounts.stdout
      .trim()
      .split(';')
      .filter((one) => one !== '');
    expect(places.map((one) => one.replace(/^ops-lab-\S+/, 'ours')).sort()).toEqual(['ours /data', 'ours /more/x']);
    expect((await docker('run --rm -v vol:/data lab cat /data/x')).stdout).toContain('kept');
    expect((await docker('rm -v full')).code).toBe(0);
    expect((await docker('volume rm vol')).code).toBe(0);
    expect(await mine.traces()).toEqual(before);
    await docker('rmi app');
  }, 60_000);

  it('BLD-014: a name of the lab is taken in this session only', async () => {
    expect((await build('FROM lab\nRUN echo new > /new', '-t lab:latest')).code).toBe(0);
    expect((await docker('run --rm lab cat /new')).stdout).toContain('new');
    expect((await docker('run --rm lab cat /new', others)).code).not.toBe(0);
    expect((await docker('rmi lab:latest')).code).toBe(0);
    expect((await docker('run --rm lab cat /new')).code).not.toBe(0);
  }, 60_000);

  it('BLD-017: labels by variables make nobody else its owner, and no step is left', async () => {
    const before = await mine.traces();
    const made = await build('FROM lab\nARG P=io.ops-lab\nLABEL "$P.session"=zzz "$P.gate"=x\nRUN true\nONBUILD LABEL "$P.session"=zzz');
    expect(made, made.all).toMatchObject({ code: 0 });
    expect((await runDocker(first, '', ['images', '-aq', '--filter', 'label=io.ops-lab.session=zzz'])).stdout).toBe('');
    expect((await docker('history --no-trunc app')).stdout + (await docker('image inspect app')).stdout).not.toContain('io.ops-lab.g');
    expect((await docker('rmi app')).code).toBe(0);
    expect(await mine.traces()).toEqual(before);
  }, 60_000);

  it('an image stays for what stands on it, whatever its names mean by now, and goes with the last of that', async () => {
    const before = await mine.traces();
    expect((await build('FROM lab\nRUN echo 1 > /own', '-t parent')).code).toBe(0);
    expect((await build('FROM parent\nRUN echo 2 > /child', '-t child')).code).toBe(0);
    expect((await docker('create --name holder parent true')).code).toBe(0);
    // In the session the name is that of the lab's image now; on the engine it was the only one of its image.
    expect((await docker('tag lab parent')).code).toBe(0);
    await docker('rmi child');
    expect((await docker('image prune -af')).stdout).not.toContain('deleted: sha256');
    const [id = ''] = (await docker('inspect -f {{.Image}} holder')).stdout.trim().split('\n');
    expect((await docker(`rmi -f ${id}`)).stderr).toContain('container holder is using it');
    expect((await docker('rm holder')).code).toBe(0);
    expect((await docker('image prune -af')).stdout).toContain(`deleted: ${id}`);

    expect((await build('FROM lab\nRUN echo 1 > /own', '-t parent')).code).toBe(0);
    expect((await build('FROM parent\nRUN echo 2 > /child', '-t child')).code).toBe(0);
    expect((await docker('rmi parent')).stdout).toContain('Untagged: parent:latest');
    expect((await docker('run --rm child cat /own /child')).stdout.trim()).toBe('1\n2');
    expect((await docker('rmi child')).code).toBe(0);
    await docker('rmi parent');
    expect(await mine.traces()).toEqual(before);
  }, 90_000);

  it('BLD-045: what an image has for its children runs under the same limits', async () => {
    expect((await build('FROM lab\nONBUILD RUN ls /sys/class/net > /net', '-t base')).code).toBe(0);
    const child = await build('FROM base\nRUN cat /net; ulimit -n; ulimit -f');
    expect(child.stdout).toMatch(/^lo$/m);
    expect(child.stdout).toMatch(/^4096$/m);
    // The largest file, in blocks of 512 bytes.
    expect(child.stdout).toMatch(/^2097152$/m);
    await docker('rmi app base');
  }, 60_000);

  it('RUN-097: an image that names all ports publishes none of them', async () => {
    expect((await build('FROM lab\nEXPOSE 1-65535')).code).toBe(0);
    expect((await docker('run --rm -P app true')).stderr).toContain("lab's limit");
    await docker('rmi app');
  }, 60_000);

  it('BLD-049, BLD-058: one build at a time, whose containers nobody sees', async () => {
    await writeFile(join(folder, 'Dockerfile'), 'FROM lab\nRUN echo building; sleep 60');
    const cancel = new AbortController();
    const long = runDocker(first, mine.host, ['build', folder], { signal: cancel.signal });
    const building = async (): Promise<string> =>
      (await runDocker(first, '', ['ps', '-q', '--filter', `label=io.ops-lab.session=${mine.id}`])).stdout;
    await expect.poll(building, { timeout: 20_000 }).not.toBe('');
    expect((await docker(`build ${folder}`)).stderr).toContain("lab's limit");
    for (const session of [mine, others]) expect((await docker('ps -a --format {{.Names}}', session)).stdout).not.toMatch(/_/);
    cancel.abort();
    await long;
    await expect.poll(building, { timeout: 20_000 }).toBe('');
  }, 60_000);

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
