/** What the specification does not list and takes more than one step: links, names, leftovers; with a real client against the real engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, type GateOnEngine, type Ran, runDocker, startGateOnEngine, words } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { needsEngine } from '../../test-support/requirements.ts';

describe.skipIf(!needsEngine())('what is not listed, before a real engine', () => {
  let mine: GateOnEngine;
  let folder: string;
  const [first = 'docker'] = CLIENTS;

  const docker = (line: string): Promise<Ran> => runDocker(first, mine.host, words(line));
  const ok = async (line: string): Promise<string> => {
    const ran = await docker(line);
    expect(ran, `${line}: ${ran.all}`).toMatchObject({ code: 0 });
    return ran.stdout.trim();
  };
  const build = async (tag: string, ...lines: readonly string[]): Promise<void> => {
    await writeFile(join(folder, 'Dockerfile'), ['FROM lab', ...lines].join('\n'));
    await ok(`build -q -t ${tag} ${folder}`);
  };

  beforeAll(async () => {
    const { images } = await useLabImage();
    mine = await startGateOnEngine(first, await images.imageId('ops-lab/base'));
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
  }, 600_000);
  afterAll(async () => {
    const left = await mine?.end();
    await rm(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  }, 120_000);

  it('U-001: links in an image lead no mount and no command to /dev, /proc or /sys', async () => {
    await build('links', 'RUN ln -s /proc/self/fd /fd && ln -s /proc /p && ln -s /dev /d && ln -s /sys /s && ln -s / /r && ln -s /run /ok');
    for (const flags of [
      '-v vol:/d',
      '-v vol:/r/dev',
      '-v vol:/s/fs',
      '-v vol:/p/x',
      '-v vol:/r',
      '--tmpfs /d/shm',
      '-w /fd/7',
      '-w /r/proc/1',
    ]) {
      const ran = await docker(`run --rm --name linked ${flags} links true`);
      expect(ran.code, flags).toBe(125);
      expect(ran.stderr, flags).toMatch(/leads to \/.* in this container/);
    }
    expect(await ok('run --rm -v vol:/ok/v links stat -c %F /run/v')).toBe('directory');
    await ok('run -d --name open links sleep 100');
    expect((await docker('exec -w /fd/7 open true')).stderr).toContain('leads to /proc');
    await ok('rm -f open');
    await ok('rmi links');
    await build('moved', 'WORKDIR /srv/app');
    await ok('run -d --name moved moved sleep 100');
    expect(await ok('exec moved pwd')).toBe('/srv/app');
    await ok('exec moved sh -c "mv /srv/app /srv/old; ln -s /proc/self/fd /srv/app"');
    expect((await docker('exec moved true')).stderr).toContain('leads to /proc');
    expect(await ok('exec -w / moved pwd')).toBe('/');
    await ok('rm -f moved');
    await ok('rmi moved');
  }, 60_000);

  it('U-002: nor does one that a container makes on its own way, or puts into a volume, when it starts again', async () => {
    await ok('run -d --name turns -v way:/a/dev lab sleep 100');
    await ok('exec turns sh -c "mv /a /b; ln -s / /a"');
    expect((await docker('restart -t 0 turns')).stderr).toContain('leads to /dev');
    await ok('run --rm -v way:/w lab ln -s /dev /w/link');
    const before = await mine.traces();
    expect((await docker('run --name nested -v way:/w -v deep:/w/link lab true')).stderr).toContain('leads to /dev');
    await ok('rm -f turns nested');
    await ok('volume rm way deep');
    expect((await mine.traces()).length).toBeLessThan(before.length);
  }, 60_000);

  it('U-003: after a rename the new name is found and the old one is not, whether it runs or not', async () => {
    await ok('network create names');
    await ok('run -d --name asks --network names lab sleep 1000');
    await ok('run -d --name one --network names --network-alias kept lab sleep 1000');
    await ok('create --name three --network names lab sleep 1000');
    await ok('rename one two');
    await ok('rename three four');
    await ok('start four');
    // A name that is not there is looked for outside, in vain, for as long as the resolver waits.
    const found = await ok(
      'exec asks sh -c "for n in one two kept three four; do (timeout 5 getent hosts $n > /dev/null && echo $n) & done; wait"',
    );
    expect(found.split('\n').sort()).toEqual(['four', 'kept', 'two']);
    await ok('rm -f asks two four');
    await ok('network rm names');
  }, 60_000);

  it('U-004: an image that a container holds is not let go by force, so that the disk counts it', async () => {
    await build('held', 'RUN echo x > /x');
    await ok('create --name holder held true');
    for (const line of ['rmi -f held', 'rmi held']) expect((await docker(line)).stderr).toMatch(/conflict: .*holder|conflict: .*using its/);
    expect(await ok('images -q held')).not.toBe('');
    await ok('rm holder');
    await ok('rmi -f held');
  }, 60_000);

  it('U-005: a container that the engine refuses leaves no volume behind', async () => {
    const before = await mine.traces();
    expect((await docker('run --rm -v /cache -m 1m lab true')).stderr).toContain('Minimum memory limit');
    expect(await mine.traces()).toEqual(before);
    expect(await ok('volume ls -q')).not.toMatch(/[0-9a-f]{64}/);
  });

  it('U-007: run --rm ends when the lab does not let its container start, and leaves nothing', async () => {
    await ok('run -d --name taken -p 8080:80 lab sleep 100');
    const before = await mine.traces();
    expect((await docker('run --rm -v /cache -p 8080:80 lab true')).stderr).toContain('port is already allocated');
    expect(await mine.traces()).toEqual(before);
    await ok('rm -f taken');
  }, 60_000);

  it('U-008: a label of an image takes the place of no exit code', async () => {
    await build('labelled', 'LABEL exitCode=0 signal=9');
    await docker('run --name failing labelled false');
    await docker('run --name plain lab false');
    const told = async (name: string): Promise<string> =>
      ok(`events --since 2000-01-01 --until 0s --filter container=${name} --filter event=die --format {{.Actor.Attributes.exitCode}}`);
    await expect.poll(() => told('plain'), { timeout: 10_000 }).toBe('1');
    expect(await told('failing')).toMatch(/^(?:1|<no value>)?$/);
    await ok('rm failing plain');
    await ok('rmi labelled');
  }, 60_000);

  it('U-009: a container is on four networks at most, however it came there', async () => {
    const names = ['n1', 'n2', 'n3', 'n4'];
    for (const name of names) await ok(`network create ${name}`);
    await ok('run -d --name joins lab sleep 100');
    for (const name of names.slice(0, 3)) await ok(`network connect ${name} joins`);
    expect((await docker('network connect n4 joins')).stderr).toContain('4 networks for one container');
    await ok('network disconnect n1 joins');
    await ok('network connect n4 joins');
    await ok('network disconnect n3 joins');
    await ok('network disconnect n4 joins');
    const atOnce = await Promise.all(['n1', 'n3', 'n4'].map((name) => docker(`network connect ${name} joins`)));
    expect(atOnce.filter(({ code }) => code === 0).length).toBe(2);
    await ok('rm -f joins');
    expect((await docker('ps -a --filter before=joins')).stderr).toContain('joins');
    for (const name of names) await ok(`network rm ${name}`);
  }, 60_000);

  it('U-006: what a curious learner tries with lists, limits and names', async () => {
    await ok('run -d --name tried --hostname web.example.com -p 0:80 --restart always lab sleep 1000');
    expect(await ok('exec tried hostname')).toBe('web.example.com');
    expect(await ok('port tried')).toMatch(/^80\/tcp -> 0\.0\.0\.0:32\d{3}$/);
    await ok('update --restart no tried');
    expect(await ok('inspect -f {{.HostConfig.RestartPolicy.Name}} tried')).toBe('no');
    expect((await docker('update --cpu-shares 512 tried')).all).toContain('nothing was changed');
    expect((await docker('update --memory 64m tried')).code).toBe(0);
    await ok('network create --label a=1 labelled');
    await ok('volume create --label a=1 labelled');
    for (const kind of ['network', 'volume']) {
      expect(await ok(`${kind} ls -q --filter label=a=1`)).not.toBe('');
      expect(await ok(`${kind} ls -q --filter label=a=1 --filter label=b`)).toBe('');
    }
    for (const id of (await ok('network ls -q')).split('\n')) await ok(`network inspect ${id}`);
    await ok('rm -f tried');
    await ok('network rm labelled');
    await ok('volume rm labelled');
  }, 60_000);
});
