import { describe, expect, it } from 'vitest';
import type { EngineDetails } from '../../engine/engine.ts';
import { type ComposeFile, ServiceSchema } from '../../labs/compose.ts';
import { createBody, limitsOf } from './container-spec.ts';
import { limitedCpus } from './containers.ts';
import { aliasesOf, ownerOf, planServices } from './plan.ts';

const service = (more: object = {}) =>
  ServiceSchema.parse({
    image: 'ops-lab/base',
    command: ['true'],
    init: true,
    mem_limit: '64m',
    cpus: 4,
    pids_limit: 50,
    ulimits: { nofile: { soft: 100, hard: 200 } },
    ...more,
  });
const terminal = (more: object = {}) => service({ 'x-ops-lab': { role: 'terminal' }, ...more });
const compose = (services: ComposeFile['services']): ComposeFile => ({ services, networks: {}, volumes: { workspace: null } });

describe('the order of services', () => {
  it('begins with the terminal, and starts side by side what does not wait for each other', () => {
    const plan = planServices(
      compose({
        api: service({ network_mode: 'service:host', pid: 'service:host', depends_on: ['db', 'cache'] }),
        db: service(),
        cache: service(),
        host: terminal(),
      }),
    );
    expect(plan).toEqual({ terminal: 'host', first: ['host'], waves: [['db', 'cache'], ['api']] });
  });

  it('starts before the terminal only what the terminal needs', () => {
    const plan = planServices(compose({ host: terminal({ depends_on: ['dns'] }), dns: service(), api: service({ depends_on: ['host'] }) }));
    expect(plan).toEqual({ terminal: 'host', first: ['dns', 'host'], waves: [['api']] });
  });

  it('follows shared namespaces to their owner, which gets the names of all who share them', () => {
    const file = compose({
      host: terminal(),
      api: service({ network_mode: 'service:host' }),
      side: service({ network_mode: 'service:api' }),
      db: service(),
    });
    expect(ownerOf(file, 'side', 'network_mode')).toBe('host');
    expect(ownerOf(file, 'side', 'pid')).toBe('side');
    expect(aliasesOf(file, 'host')).toEqual(['host', 'api', 'side']);
  });

  it.each([
    ['no terminal', { api: service() }],
    ['two terminals', { one: terminal(), two: terminal() }],
    ['a circle', { host: terminal(), a: service({ depends_on: ['b'] }), b: service({ pid: 'service:a' }) }],
    ['a service that is not there', { host: terminal({ depends_on: ['gone'] }) }],
  ])('refuses %s', (_what, services) => {
    expect(() => planServices(compose(services))).toThrow(expect.objectContaining({ code: 'lab-broken' }));
  });
});

describe('the rights of a container', () => {
  const spec = {
    image: 'sha256:x',
    command: ['true'],
    environment: { A: 'b' },
    labels: {},
    mounts: [{ volume: 'v', target: '/lab', readOnly: false }],
    ...limitsOf(service({ cap_add: ['NET_RAW'], restart: 'on-failure', read_only: true })),
    pidMode: 'container:abc',
    networkMode: 'net',
    aliases: ['api'],
    init: true,
  };

  it('are what the lab names, within what the engine has', () => {
    const body = createBody(spec, 2, true) as { HostConfig: Record<string, unknown>; NetworkingConfig: unknown };
    expect(body.HostConfig).toMatchObject({
      Init: true,
      Memory: 64 * 1024 ** 2,
      MemorySwap: 64 * 1024 ** 2,
      NanoCpus: 2e9,
      PidsLimit: 50,
      CapDrop: ['ALL'],
      CapAdd: ['NET_RAW'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      IpcMode: 'private',
      CgroupnsMode: 'private',
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 0 },
      Ulimits: [
        { Name: 'nofile', Soft: 100, Hard: 200 },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
    });
    expect(body.NetworkingConfig).toEqual({ EndpointsConfig: { net: { Aliases: ['api'] } } });
  });

  it('are those of another user, and of a disk that is limited, where the lab says so', () => {
    const limited = {
      ...spec,
      ...limitsOf(service({ user: '999:999' })),
      writeLimits: [{ device: '/dev/sda', bytesPerSecond: 1_048_576 }],
    };
    expect(createBody(limited, 2, true)).toMatchObject({
      User: '999:999',
      HostConfig: { BlkioDeviceWriteBps: [{ Path: '/dev/sda', Rate: 1_048_576 }], CapAdd: [] },
    });
    expect(JSON.stringify(createBody(spec, 2, true))).not.toMatch(/"User"|Blkio/);
  });

  it('do without a limit on processors where the engine has none, since it refuses one', () => {
    expect(JSON.stringify(createBody(spec, null, true))).not.toContain('NanoCpus');
    const details = { cpus: 4, limits: { memory: true, pids: true, cpu: false } } as EngineDetails;
    expect(limitedCpus(details)).toBe(null);
    expect(limitedCpus({ ...details, limits: { ...details.limits, cpu: true } })).toBe(4);
  });

  it('never include anything of the host', () => {
    const text = JSON.stringify(createBody({ ...spec, networkMode: 'none' }, 2, false));
    for (const word of ['Privileged', 'Binds', 'PortBindings', 'Devices', '"bind"', 'host', 'CgroupnsMode', 'NetworkingConfig']) {
      expect(text).not.toContain(word);
    }
  });
});
