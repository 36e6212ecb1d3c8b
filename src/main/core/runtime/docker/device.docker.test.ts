import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLabImage } from '../../../../test-support/lab-image.ts';
import { needsEngine } from '../../../../test-support/requirements.ts';
import { callEngine } from '../../engine/api.ts';
import type { Engine } from '../../engine/engine.ts';
import { LABEL } from '../../engine/labels.ts';
import { deviceOf } from './device.ts';
import { asText, runExec } from './exec.ts';

const signal = AbortSignal.timeout(120_000);

describe.skipIf(!needsEngine())('the device of a volume', () => {
  let engine: Engine;
  let image: string;
  let container: string;
  const made: string[] = [];

  async function start(hostConfig: object): Promise<string> {
    const docker = await engine.docker();
    const body = {
      Image: image,
      Cmd: ['sleep', '120'],
      Labels: { [LABEL.product]: 'ops-lab' },
      HostConfig: { Init: true, NetworkMode: 'none', ...hostConfig },
    };
    const { Id } = await callEngine<{ Id: string }>(docker, { method: 'POST', path: '/containers/create', body, signal });
    made.push(Id);
    await callEngine(docker, { method: 'POST', path: `/containers/${Id}/start`, signal });
    return Id;
  }

  beforeAll(async () => {
    const used = await useLabImage();
    engine = used.engine;
    image = await used.images.imageId('ops-lab/base');
    container = await start({ Mounts: [{ Type: 'volume', Target: '/data' }], Tmpfs: { '/memory': '' } });
  }, 300_000);

  afterAll(async () => {
    const docker = await engine.docker();
    for (const id of made)
      await callEngine(docker, { method: 'DELETE', path: `/containers/${id}`, query: { force: true, v: true }, also: [404] });
  });

  it('is one that can be slowed down: writing takes as long as the limit says', async () => {
    const docker = await engine.docker();
    const device = await deviceOf(docker, container, '/data', signal);
    expect(device).toMatch(/^\/dev\//);
    const slow = await start({
      Mounts: [{ Type: 'volume', Target: '/data' }],
      BlkioDeviceWriteBps: [{ Path: device, Rate: 1_048_576 }],
      CapDrop: ['ALL'],
    });
    const began = performance.now();
    const argv = ['dd', 'if=/dev/zero', 'of=/data/file', 'bs=512k', 'count=4', 'oflag=direct'];
    expect(asText(await runExec(docker, { container: slow, argv }, { timeoutMs: 30_000 })).exitCode).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(1_000);
  });

  it('is missing in memory and in the image, and the answer says what would help', async () => {
    const docker = await engine.docker();
    for (const [target, kind] of [
      ['/memory', 'tmpfs'],
      ['/', 'overlay'],
    ] as const) {
      const failure = expect.objectContaining({
        code: 'runtime-unavailable',
        message: expect.stringMatching(new RegExp(`${kind}.*It would help`)),
      });
      await expect(deviceOf(docker, container, target, signal)).rejects.toEqual(failure);
    }
  });
});
