import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageBuild } from '../../../shared/contract/values.ts';
import { doctor } from './doctor.ts';
import { Engine } from './engine.ts';
import { engineCommand, installCommand, type System } from './remedies.ts';

const debian: System = { platform: 'linux', root: false, user: 'ada', packages: 'apt-get', systemd: true, has: () => false };
const absent: ImageBuild = {
  state: 'absent',
  step: 0,
  steps: 0,
  title: '',
  bytes: null,
  totalBytes: null,
  elapsedMs: 0,
  log: [],
  error: null,
  tag: '',
};

describe('remedies', () => {
  it('install with the package manager and the rights of this system', () => {
    expect(installCommand(debian, ['ss', 'lsof'])).toBe('sudo apt-get install -y iproute2 lsof');
    expect(installCommand({ ...debian, root: true, packages: 'dnf' }, ['ss'])).toBe('dnf install -y iproute');
    expect(installCommand({ ...debian, platform: 'darwin', packages: 'brew' }, ['lsof'])).toBe('brew install lsof');
    expect(installCommand({ ...debian, packages: null }, ['lsof'])).toBe('');
  });

  it('start an engine that is installed, and install one that is not', () => {
    expect(engineCommand({ ...debian, has: (program) => program === 'dockerd' })).toBe('sudo systemctl start docker');
    expect(engineCommand({ ...debian, root: true, systemd: false, has: (program) => program === 'dockerd' })).toBe(
      'sh -c "dockerd >/var/log/dockerd.log 2>&1 &"',
    );
    expect(engineCommand(debian)).toBe('sudo apt-get install -y docker.io && sudo systemctl start docker');
    expect(engineCommand({ ...debian, has: (program) => program === 'podman' })).toBe('systemctl --user enable --now podman.socket');
  });
});

describe('the doctor', () => {
  it('says on a machine without engine and tools what is missing and how to get it', async () => {
    const engine = new Engine({
      env: { OPS_LAB_ENGINE: 'none' },
      platform: 'linux',
      home: '/nowhere',
      uid: 1000,
      systemSockets: '/nowhere',
    });
    const items = new Map(
      (await doctor({ engine, images: { status: async () => absent }, system: debian })).map((item) => [item.id, item]),
    );
    expect(items.get('engine')).toMatchObject({
      state: 'failed',
      command: 'sudo apt-get install -y docker.io && sudo systemctl start docker',
    });
    expect(items.get('image')?.state).toBe('unknown');
    expect(items.get('tools')).toMatchObject({ state: 'failed', command: 'sudo apt-get install -y bash strace lsof iproute2 curl' });
    expect(items.get('node')?.state).toBe('passed');
    for (const { title, detail, affects } of items.values()) expect([title, detail, affects].every((text) => text !== '')).toBe(true);
  });

  it.each([
    ['too old', { ApiVersion: '1.39', MinAPIVersion: '1.12' }, {}, 'engine-api', /1\.39.*needs 1\.40/],
    [
      'without a controller',
      { ApiVersion: '1.44', MinAPIVersion: '1.24' },
      { PidsLimit: false },
      'engine-limits',
      /cgroup v2.*cannot limit pids/,
    ],
  ])('names what is wrong with an engine that is %s', async (_what, version, info, id, detail) => {
    const home = await mkdtemp(join(tmpdir(), 'ops-lab-doctor-'));
    const path = join(home, 'docker.sock');
    const server = createServer((request, response) => {
      const asked = request.url?.includes('/version');
      const body = asked ? { Version: '29.0', Arch: 'amd64', ...version } : { ID: 'x', OSType: 'linux', CgroupVersion: '2', ...info };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      const env = { DOCKER_HOST: `unix://${path}` };
      const engine = new Engine({ env, platform: 'linux', home, uid: 1000, systemSockets: home });
      const items = await doctor({ engine, images: { status: async () => absent }, system: debian });
      expect(items.find((item) => item.id === id)).toMatchObject({ state: 'failed', detail: expect.stringMatching(detail) });
    } finally {
      server.close().closeAllConnections();
      await rm(home, { recursive: true, force: true });
    }
  });
});
