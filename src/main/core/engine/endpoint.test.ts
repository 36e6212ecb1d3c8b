import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEndpoints, type HostEnvironment } from './endpoint.ts';

describe('finding endpoints', () => {
  let home: string;
  let host: HostEnvironment;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ops-lab-home-'));
    host = { env: { XDG_RUNTIME_DIR: join(home, 'run') }, platform: 'linux', home, uid: 1000, systemSockets: join(home, 'var') };
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const touch = async (...parts: string[]): Promise<string> => {
    const path = join(home, ...parts);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '');
    return `unix://${path}`;
  };

  async function context(name: string, url: string): Promise<void> {
    const id = createHash('sha256').update(name).digest('hex');
    await mkdir(join(home, '.docker', 'contexts', 'meta', id), { recursive: true });
    await writeFile(
      join(home, '.docker', 'contexts', 'meta', id, 'meta.json'),
      JSON.stringify({ Name: name, Endpoints: { docker: { Host: url } } }),
    );
  }

  const urls = async (): Promise<string[]> => (await findEndpoints(host)).map(({ url }) => url);

  it('finds nothing on a machine without an engine', async () => {
    expect(await urls()).toEqual([]);
  });

  it('finds the usual sockets, Docker before Podman', async () => {
    const podman = await touch('run', 'podman', 'podman.sock');
    const rootless = await touch('run', 'docker.sock');
    const desktop = await touch('.docker', 'desktop', 'docker.sock');
    const system = await touch('var', 'docker.sock');
    expect(await urls()).toEqual([system, rootless, desktop, podman]);
  });

  it('prefers the current context of the docker command line', async () => {
    const system = await touch('var', 'docker.sock');
    await context('colima', 'unix:///somewhere/colima.sock');
    await writeFile(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: 'colima' }));
    const found = await findEndpoints(host);
    expect(found.map(({ url }) => url)).toEqual(['unix:///somewhere/colima.sock', system]);
    expect(found[0]?.source).toBe('context colima');
  });

  it('ignores a context that is not there and a config.json that is broken', async () => {
    const system = await touch('var', 'docker.sock');
    await mkdir(join(home, '.docker'), { recursive: true });
    await writeFile(join(home, '.docker', 'config.json'), '{"currentContext": "gone"}');
    expect(await urls()).toEqual([system]);
    await writeFile(join(home, '.docker', 'config.json'), '{');
    expect(await urls()).toEqual([system]);
  });

  it('takes DOCKER_HOST as an order, with TLS where asked for', async () => {
    await touch('var', 'docker.sock');
    host = { ...host, env: { ...host.env, DOCKER_HOST: 'engine.example:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' } };
    expect(await findEndpoints(host)).toEqual([
      {
        url: 'tcp://engine.example:2376',
        source: 'DOCKER_HOST',
        tls: { ca: '/certs/ca.pem', cert: '/certs/cert.pem', key: '/certs/key.pem' },
      },
    ]);
  });

  it('hides every engine when told to', async () => {
    await touch('var', 'docker.sock');
    host = { ...host, env: { ...host.env, DOCKER_HOST: 'unix:///x', OPS_LAB_ENGINE: 'none' } };
    expect(await urls()).toEqual([]);
  });

  it('tries the named pipes on Windows', async () => {
    host = { ...host, platform: 'win32' };
    expect((await urls())[0]).toBe('npipe:////./pipe/docker_engine');
  });
});
