/** A session with a resolver of its own, with a real docker client against the real engine. */
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateOnEngine, type Ran, runDocker, startGateOnEngine } from '../../test-support/gate-on-engine.ts';
import { useLabImage } from '../../test-support/lab-image.ts';
import { needsEngine } from '../../test-support/requirements.ts';

describe.skipIf(!needsEngine())('a gate whose lab has a resolver', () => {
  let session: GateOnEngine;
  const docker = (line: string): Promise<Ran> => runDocker('docker', session.host, line.split(' '));
  const ok = async (line: string): Promise<string> => {
    const ran = await docker(line);
    expect(ran, `${line}: ${ran.all}`).toMatchObject({ code: 0 });
    return ran.stdout.trim();
  };
  const onEngine = async (id: string, format: string): Promise<string> =>
    (await runDocker('docker', '', ['inspect', '-f', format, id])).stdout.trim();
  const files = (): string[] => {
    const folder = session.config.resolver?.folder ?? '';
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  beforeAll(async () => {
    const { images } = await useLabImage();
    session = await startGateOnEngine('docker', await images.imageId('ops-lab/base'), {}, true);
  }, 600_000);

  afterAll(async () => {
    expect(await session?.end()).toEqual([]);
  }, 120_000);

  it('lets a container of the default bridge ask what --dns says, and public resolvers without it', async () => {
    expect(await ok('run --rm lab cat /etc/resolv.conf')).toBe('nameserver 8.8.8.8\nnameserver 8.8.4.4');
    const line = 'run --rm --dns 127.0.0.53 --dns 10.9.9.9 --dns-search corp.test --dns-option timeout:1 lab cat /etc/resolv.conf';
    expect(await ok(line)).toBe('search corp.test\nnameserver 127.0.0.53\nnameserver 10.9.9.9\noptions timeout:1');
    await expect.poll(files, { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  it('gives the file read-only, and shows nothing of where it is', async () => {
    const id = await ok('run -d --name seen --dns 10.9.9.9 lab sleep 100');
    expect((await docker('exec seen cp /etc/hostname /etc/resolv.conf')).all).toMatch(/Read-only/);
    const shown = JSON.parse(await ok('inspect seen')) as [{ Mounts: unknown; HostConfig: { Dns: unknown } }];
    expect(shown[0]).toMatchObject({ Mounts: [], HostConfig: { Dns: ['10.9.9.9'] } });
    // The engine itself is not told to ask that address.
    expect(await onEngine(id, '{{json .HostConfig.Dns}}')).toBe('["127.0.0.1"]');
    await ok('rm -f seen');
  }, 60_000);

  it('has the engine ask the resolver on a network of the learner’s own, and nobody else', async () => {
    await ok('network create shop-net');
    const id = await ok('run -d --name there --network shop-net lab sleep 100');
    expect(await ok('exec there cat /etc/resolv.conf')).toContain('nameserver 127.0.0.11');
    const address = await onEngine(session.terminal, '{{range $name, $one := .NetworkSettings.Networks}}{{println $one.IPAddress}}{{end}}');
    expect(address.split('\n')).toHaveLength(2);
    const asked = JSON.parse(await onEngine(id, '{{json .HostConfig.Dns}}')) as string[];
    expect(address.split('\n')).toContain(asked[0]);
    const before = await session.traces();
    for (const other of ['8.8.8.8', '169.254.169.254']) {
      expect(await docker(`run --rm --network shop-net --dns ${other} lab true`)).not.toMatchObject({ code: 0 });
    }
    expect(await docker('run --rm --dns 169.254.169.254 lab true')).not.toMatchObject({ code: 0 });
    expect(await session.traces()).toEqual(before);
    expect(await ok('network inspect shop-net')).not.toContain(session.terminal);
  }, 60_000);

  it('turns a container to the engine when it joins such a network', async () => {
    await ok('run -d --name later lab sleep 100');
    await ok('network connect shop-net later');
    expect(await ok('exec later cat /etc/resolv.conf')).toBe('nameserver 127.0.0.11\noptions ndots:0');
    expect(await ok('exec later getent hosts there')).toContain('there');
  }, 60_000);

  it('takes the resolver off a network that is removed, and only then', async () => {
    expect((await docker('network rm shop-net')).all).toMatch(/active endpoints/);
    expect(await onEngine(session.terminal, '{{len .NetworkSettings.Networks}}')).toBe('2');
    await ok('rm -f there later');
    await ok('network rm shop-net');
    expect(await onEngine(session.terminal, '{{len .NetworkSettings.Networks}}')).toBe('1');
    await ok('network create left-over');
  }, 60_000);
});
