import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pty from 'node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLabImage } from '../../../../test-support/lab-image.ts';
import { needsEngine } from '../../../../test-support/requirements.ts';
import { bundleObserver, bundleSidecar } from '../../../../test-support/sidecar.ts';
import { makeSmallLab, type SmallLab } from '../../../../test-support/small-lab.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Runtime, RuntimeSession } from '../runtime.ts';
import { createDockerRuntime } from './docker-runtime.ts';
import { learnerContainers } from './learner-containers.ts';
import { findResources, sessionFilter } from './resources.ts';

/** The small lab, with an engine for its learner. */
function withEngine(lab: Lab): Lab {
  const { terminal, ...services } = lab.compose.services;
  if (!terminal) throw new Error('the small lab has a terminal');
  return {
    ...lab,
    compose: { ...lab.compose, services: { terminal: { ...terminal, 'x-ops-lab': { role: 'terminal', engine: true } }, ...services } },
  };
}

describe.skipIf(!needsEngine())('a session whose learner uses docker', () => {
  let engine: Engine;
  let sidecar: Awaited<ReturnType<typeof bundleObserver>>;
  let small: SmallLab;
  let lab: Lab;
  let runtime: Runtime;
  let folder: string;
  let session: RuntimeSession;
  const id = randomBytes(16).toString('hex');
  const request = () => ({
    sessionId: id,
    learnerId: randomBytes(16).toString('hex'),
    lab,
    folder: join(folder, id),
    onProgress: () => {},
    signal: AbortSignal.timeout(60_000),
  });

  const sh = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await session.exec(['sh', '-c', line]);
    return `${stdout}${stderr}exit ${exitCode}`;
  };

  /** Another session of the same lab. */
  async function begin(): Promise<{ id: string; session: RuntimeSession; sh: (line: string) => Promise<string> }> {
    const sessionId = randomBytes(16).toString('hex');
    await mkdir(join(folder, sessionId));
    const started = await runtime.start({ ...request(), sessionId, folder: join(folder, sessionId) });
    await started.ready;
    const run = async (line: string): Promise<string> => {
      const { exitCode, stdout, stderr } = await started.exec(['sh', '-c', line]);
      return `${stdout}${stderr}exit ${exitCode}`;
    };
    return { id: sessionId, session: started, sh: run };
  }

  beforeAll(async () => {
    const lab_ = await useLabImage();
    engine = lab_.engine;
    sidecar = await bundleObserver();
    await bundleSidecar('gate', sidecar.folder);
    small = await makeSmallLab();
    lab = withEngine(small.lab);
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-gate-'));
    await mkdir(join(folder, id));
    runtime = createDockerRuntime({
      engine,
      images: lab_.images,
      home: randomBytes(16).toString('hex'),
      sidecarFolder: sidecar.folder,
      integration: '',
      node: process.execPath,
      electronRunAsNode: false,
    });
    session = await runtime.start(request());
    await session.ready;
  }, 300_000);

  afterAll(async () => {
    await session?.stop();
    await sidecar?.remove();
    await small?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('can run it here', async () => {
    expect(await runtime.availability(lab)).toEqual({ available: true, reason: '' });
  });

  it('has docker at /var/run/docker.sock, and sees the services of the lab and nothing else', async () => {
    expect(await sh('docker ps --format "{{.Names}} {{.Image}}"')).toBe('api ops-lab/base:latest\nexit 0');
    expect(await sh('test -S /var/run/docker.sock && echo there')).toContain('there');
    expect(await sh('docker inspect -f "{{.State.Running}} {{.HostConfig.Memory}}" api')).toContain('true 100663296');
  });

  it('runs containers, with its own folder, on its own network', async () => {
    expect(await sh('docker run --rm -v /lab:/app ops-lab/base cat /app/notes.txt')).toContain('first line');
    expect(await sh('docker run -d --name web ops-lab/base sleep 100 && getent hosts web')).toMatch(/\d+\s+web/);
    expect(await sh('docker run --rm -v /etc:/e ops-lab/base true')).toContain('folders of this computer');
  });

  it('shows probes what the learner made, and nothing of the lab', async () => {
    expect(await sh('docker create --name later ops-lab/base sleep 100')).toContain('exit 0');
    const containers = await learnerContainers(await engine.docker(), { ...request(), labId: lab.id, home: '' });
    expect(containers.map(({ name, state, command }) => ({ name, state, command }))).toEqual([
      { name: 'later', state: 'created', command: 'sleep 100' },
      { name: 'web', state: 'running', command: 'sleep 100' },
    ]);
    expect(containers.map(({ addresses }) => addresses.length)).toEqual([0, 1]);
    expect(await sh('docker rm later')).toContain('exit 0');
  });

  it("finds published ports where a learner looks for them, and conflicts in the engine's own words", async () => {
    expect(
      await sh(
        "docker run -d --name port -p 8081:3000 ops-lab/base node -e \"require('http').createServer((q, r) => r.end('from inside')).listen(3000)\"",
      ),
    ).toContain('exit 0');
    await expect.poll(() => sh('curl -s http://127.0.0.1:8081'), { timeout: 10_000 }).toContain('from inside');
    expect(await sh('docker restart -t 0 port')).toContain('exit 0');
    await expect.poll(() => sh('curl -s http://127.0.0.1:8081'), { timeout: 10_000 }).toContain('from inside');
    const taken = await sh('docker run -d --name taken -p 3000:3000 ops-lab/base sleep 9');
    expect(taken).toContain('Error starting userland proxy: listen tcp4 0.0.0.0:3000: bind: address already in use');
    expect(await sh('docker ps -a --filter name=taken --format "{{.Status}}"')).toContain('Created');
    expect(await sh('docker rm -f port taken')).toContain('exit 0');
    await expect.poll(() => sh('curl -s http://127.0.0.1:8081'), { timeout: 10_000 }).toContain('exit 7');
  });

  it('keeps its containers when the app lets go, and finds them again', async () => {
    await session.release();
    const again = await runtime.adopt(request());
    expect(again).not.toBeNull();
    if (again) session = again;
    await session.ready;
    await expect.poll(() => sh('docker ps --format "{{.Names}}"'), { timeout: 10_000 }).toBe('web\napi\nexit 0');
  }, 60_000);

  it('HTP-065: a gate that is killed while it works comes back, with what it had and no more', async () => {
    const pid = readdirSync('/proc').find((entry) => {
      try {
        return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(join(folder, id, 'gate', 'config.json'));
      } catch {
        return false;
      }
    });
    const running = sh('for i in 1 2 3; do docker run -d --name half$i ops-lab/base sleep 100; done');
    await expect.poll(() => sh('docker ps --format "{{.Names}}"'), { timeout: 20_000 }).toContain('half1');
    process.kill(Number(pid), 'SIGKILL');
    await running;
    await expect.poll(() => sh('docker ps --format "{{.Names}}"'), { timeout: 20_000 }).toContain('half1');
    expect(await sh('docker rm -f half1 half2 half3')).toContain('half1');
    await expect.poll(() => sh('docker ps -a --format "{{.Names}}"'), { timeout: 10_000 }).toBe('web\napi\nexit 0');
  }, 60_000);

  it('leaves nothing behind, images included', async () => {
    expect(
      await sh(
        'printf "FROM ops-lab/base\\nRUN echo x > /x\\n" > Dockerfile && docker build -t mine . && docker volume create v && docker network create n',
      ),
    ).toContain('Successfully tagged mine:latest');
    expect(await session.stop()).toEqual([]);
    expect(await findResources(await engine.docker(), sessionFilter(id))).toEqual([]);
    expect(existsSync(join(folder, id, 'engine', 'docker.sock'))).toBe(false);
  }, 60_000);

  it('two sessions of one lab, both with docker run --name api -p 8080:8080, neither see nor disturb each other', async () => {
    const [one, two] = await Promise.all([begin(), begin()]);
    try {
      const serve = (word: string): string =>
        `docker rm -f api && docker run -d --name api -p 8080:8080 ops-lab/base node -e "require('http').createServer((q, r) => r.end('${word}')).listen(8080)"`;
      const ran = await Promise.all([one.sh(serve('from one')), two.sh(serve('from two'))]);
      for (const output of ran) expect(output).toContain('exit 0');
      const ask = 'curl -s http://127.0.0.1:8080; echo; curl -s http://api:8080; echo';
      await expect.poll(() => one.sh(ask), { timeout: 10_000 }).toBe('from one\nfrom one\nexit 0');
      await expect.poll(() => two.sh(ask), { timeout: 10_000 }).toBe('from two\nfrom two\nexit 0');
      const list = 'docker ps -a --format "{{.Names}} {{.Ports}}"; docker volume ls -q; docker network ls --format "{{.Name}}"';
      for (const { sh: run } of [one, two]) expect(await run(list)).toBe('api 0.0.0.0:8080->8080/tcp\nbridge\nhost\nnone\nexit 0');
      const id = (await two.sh('docker inspect -f "{{.Id}}" api')).split('\n')[0] ?? '';
      expect(await one.sh(`docker inspect ${id}`)).toContain('No such object');
      expect(await one.sh(`docker rm -f ${id}; docker kill ${id}; docker exec ${id} true`)).not.toContain('exit 0');
      expect(await one.sh('docker rm -f api && docker system prune -a -f --volumes')).toContain('exit 0');
      expect(await two.sh(ask)).toBe('from two\nfrom two\nexit 0');
      // What took the place of a service is what the core looks at.
      const rebuilt = await two.session.services();
      expect(rebuilt.find(({ name }) => name === 'api')).toMatchObject({ state: 'running', restarts: 0 });
      expect(await one.session.services()).not.toContainEqual(expect.objectContaining({ name: 'api', state: 'running' }));
      // The end of one is not the end of the other.
      expect(await one.session.stop()).toEqual([]);
      expect(await two.sh(ask)).toBe('from two\nfrom two\nexit 0');
    } finally {
      await Promise.all([one.session.stop(), two.session.stop()]);
    }
    for (const { id } of [one, two]) expect(await findResources(await engine.docker(), sessionFilter(id))).toEqual([]);
  }, 120_000);

  it('a stop while docker build, logs -f and exec run in its terminals leaves nothing', async () => {
    const busy = await begin();
    await busy.sh('printf "FROM ops-lab/base\\nVOLUME /v\\nRUN echo step; sleep 100\\n" > Dockerfile');
    expect(await busy.sh('docker run -d --name loud -v kept:/k ops-lab/base sh -c "while true; do echo line; sleep 0.05; done"')).toContain(
      'exit 0',
    );
    const ptys = await Promise.all(
      [
        ['docker build -t slow .', 'step'],
        ['docker logs -f loud', 'line\r\nline'],
        ['docker exec -it loud sh -c "echo inside; sleep 100"', 'inside\r\n'],
        ['docker run -it --rm ops-lab/base sh -c "echo own; sleep 100"', 'own\r\n'],
      ].map(async ([line = '', shown = '']) => {
        const command = await busy.session.terminal({ kind: 'shell', nonce: randomBytes(8).toString('hex') });
        const terminal = pty.spawn(command.file, [...command.args], { cols: 80, rows: 24, cwd: command.cwd, env: { ...command.env } });
        let output = '';
        terminal.onData((data) => {
          output += data;
        });
        const ended = new Promise((resolve) => terminal.onExit(resolve));
        terminal.write(`${line}\r`);
        await expect.poll(() => output, { timeout: 30_000 }).toContain(shown);
        return { terminal, ended };
      }),
    );
    expect(await busy.session.stop()).toEqual([]);
    // Their container is gone, so they end by themselves.
    await Promise.all(ptys.map(({ ended }) => ended));
    expect(await findResources(await engine.docker(), sessionFilter(busy.id))).toEqual([]);
    expect(existsSync(join(folder, busy.id, 'engine', 'docker.sock'))).toBe(false);
  }, 120_000);
});
