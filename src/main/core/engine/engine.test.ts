import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions, Engine } from './engine.ts';

const VERSION = { Version: '29.1.0', ApiVersion: '1.52', MinAPIVersion: '1.44', Arch: 'arm64', Components: [{ Name: 'Engine' }] };
const INFO = {
  ID: 'abc',
  OSType: 'linux',
  OperatingSystem: 'Debian',
  Driver: 'overlayfs',
  DockerRootDir: '/nowhere',
  CgroupVersion: '2',
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns'],
  MemTotal: 8e9,
  NCPU: 4,
  PidsLimit: false,
};

describe('the engine', () => {
  let home: string;
  let servers: Server[];
  let paths: string[];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ops-lab-engine-'));
    await mkdir(join(home, 'var'));
    servers = [];
    paths = [];
  });
  afterEach(async () => {
    for (const server of servers) server.close().closeAllConnections();
    await rm(home, { recursive: true, force: true });
  });

  const socket = (): string => join(home, 'var', 'docker.sock');

  /** A program that listens where an engine would and answers as one does. */
  async function serve(version: object, info: object = INFO): Promise<Server> {
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      const answer = request.url?.includes('/version') ? version : info;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket(), resolve));
    return server;
  }

  const makeEngine = (env: Record<string, string> = {}): Engine =>
    new Engine({
      env: { XDG_RUNTIME_DIR: join(home, 'run'), ...env },
      platform: 'linux',
      home,
      uid: 1000,
      systemSockets: join(home, 'var'),
    });

  it('compares versions by number', () => {
    expect(compareVersions('1.9', '1.40')).toBeLessThan(0);
    expect(compareVersions('1.44', '1.44')).toBe(0);
  });

  it('is missing where nothing listens', async () => {
    const engine = makeEngine();
    expect(await engine.status()).toMatchObject({ state: 'missing', endpoint: null, version: null });
    await expect(engine.docker()).rejects.toMatchObject({ code: 'engine-missing', retryable: true });
  });

  it('is unreachable where a socket is left of an engine that has ended', async () => {
    const engine = makeEngine({ DOCKER_HOST: `unix://${socket()}` });
    expect(await engine.status()).toMatchObject({ state: 'unreachable', endpoint: `unix://${socket()}` });
  });

  it('describes what answers, and speaks an API version that both know', async () => {
    await serve(VERSION);
    const engine = makeEngine();
    expect(await engine.status()).toMatchObject({
      state: 'ready',
      version: '29.1.0',
      apiVersion: '1.52',
      flavour: 'docker',
      rootless: true,
      cgroupVersion: '2',
      storageDriver: 'overlayfs',
      freeBytes: null,
    });
    expect(await engine.details()).toMatchObject({
      apiVersion: '1.47',
      architecture: 'arm64',
      cpus: 4,
      limits: { memory: true, pids: false, cpu: true },
    });
    expect(paths.at(-1)).toMatch(/^\/v1\.47\/info/);
  });

  it('recognises Podman', async () => {
    await serve({ ...VERSION, Version: '5.2.1', ApiVersion: '1.41', MinAPIVersion: '1.24', Components: [{ Name: 'Podman Engine' }] });
    const engine = makeEngine();
    expect(await engine.status()).toMatchObject({ state: 'ready', flavour: 'podman', message: expect.stringContaining('Podman 5.2.1') });
    expect((await engine.details()).apiVersion).toBe('1.41');
  });

  it.each([
    ['an engine before 19.03', { ...VERSION, ApiVersion: '1.39', MinAPIVersion: '1.12' }],
    ['an engine that has dropped all that this program knows', { ...VERSION, ApiVersion: '1.60', MinAPIVersion: '1.50' }],
  ])('refuses %s', async (_what, version) => {
    await serve(version);
    expect((await makeEngine().status()).state).toBe('too-old');
  });

  it('refuses Windows containers', async () => {
    await serve(VERSION, { ...INFO, OSType: 'windows' });
    expect(await makeEngine().status()).toMatchObject({ state: 'unreachable', message: expect.stringContaining('Linux containers') });
  });

  it('notices that the engine goes away and comes back, and tells each change once', async () => {
    const engine = makeEngine({ DOCKER_HOST: `unix://${socket()}` });
    const states: string[] = [];
    const stop = engine.onChange(({ state }) => states.push(state));
    const first = await serve(VERSION);
    await engine.refresh();
    await engine.refresh();
    first.closeAllConnections();
    await new Promise((resolve) => first.close(resolve));
    await engine.refresh();
    await rm(socket(), { force: true });
    await serve(VERSION);
    await engine.refresh();
    stop();
    expect(states).toEqual(['ready', 'unreachable', 'ready']);
    await expect(engine.docker()).resolves.toBeDefined();
  });

  it('is hidden by OPS_LAB_ENGINE=none', async () => {
    await serve(VERSION);
    expect((await makeEngine({ OPS_LAB_ENGINE: 'none' }).status()).state).toBe('missing');
    expect(paths).toEqual([]);
  });
});
