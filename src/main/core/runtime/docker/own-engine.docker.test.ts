/** What only an engine of the test's own can show: its disk fills up, it is stopped and started again. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useLabImage } from '../../../../test-support/lab-image.ts';
import { OwnEngine } from '../../../../test-support/own-engine.ts';
import { needsEngine, needsMounts } from '../../../../test-support/requirements.ts';
import { bundleObserver } from '../../../../test-support/sidecar.ts';
import { makeSmallLab } from '../../../../test-support/small-lab.ts';
import { ImageBuilder } from '../../engine/image-builder.ts';
import { createDockerRuntime } from './docker-runtime.ts';

const RECIPE = fileURLToPath(new URL('../../../../../labs/images/base', import.meta.url));

describe.skipIf(!needsEngine() || !needsMounts('for an engine of the test’s own'))('an engine of its own', () => {
  let own: OwnEngine;
  let folder: string;
  let archive: string;
  let builder: ImageBuilder;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-own-'));
    archive = join(folder, 'image.tar');
    const { images } = await useLabImage();
    await images.save(archive);
    own = new OwnEngine('2g');
    await own.start();
    builder = new ImageBuilder({ engine: own.engine, folder: RECIPE, workFolder: join(folder, 'work') });
  }, 120_000);

  afterAll(async () => {
    await own?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('whose disk fills up while it takes an image: its sentence is shown, and the image is there once there is room', async () => {
    const filler = join(own.disk, 'filler');
    const failed = builder.build({
      from: archive,
      onProgress: ({ step, bytes }) => {
        if (step !== 2 || bytes === null || bytes < 50e6 || existsSync(filler)) return;
        // The rest of the disk, in the middle of the transfer.
        execFileSync('fallocate', ['--length', String(freeBytes(own.disk) - 20e6), filler]);
      },
    });
    await expect(failed).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringMatching(/^The disk is full: .*no space left on device/),
    });
    expect(await builder.status()).toMatchObject({ state: 'failed', error: expect.stringContaining('The disk is full') });
    await rm(filler);
    expect((await builder.build({ from: archive })).state).toBe('ready');
  }, 120_000);

  test('that is stopped in mid-session and comes back: calls say so, then the session goes on with its files', async () => {
    const [sidecar, small] = await Promise.all([bundleObserver(), makeSmallLab()]);
    const runtime = createDockerRuntime({
      engine: own.engine,
      images: builder,
      home: randomBytes(16).toString('hex'),
      sidecarFolder: sidecar.folder,
      integration: '',
      node: process.execPath,
      electronRunAsNode: false,
    });
    try {
      const session = await runtime.start({
        sessionId: randomBytes(16).toString('hex'),
        learnerId: randomBytes(16).toString('hex'),
        lab: small.lab,
        folder,
        onProgress: () => {},
        signal: AbortSignal.timeout(100_000),
      });
      let lost = '';
      session.onLost((reason) => {
        lost = reason;
      });
      await session.ready;
      await session.writeFile('kept.txt', Buffer.from('kept'));
      await own.stop();
      await expect(session.exec(['true'])).rejects.toMatchObject({ code: 'engine-missing', retryable: true });
      await expect(session.services()).rejects.toMatchObject({ code: 'engine-missing' });
      await own.start();
      await expect.poll(async () => (await session.exec(['echo', 'back'])).stdout.trim(), { timeout: 30_000 }).toBe('back');
      expect(Buffer.from(await session.readFile('kept.txt')).toString()).toBe('kept');
      expect(lost).toBe('');
      expect(await session.stop()).toEqual([]);
    } finally {
      await runtime.sweep(new Set());
      await Promise.all([sidecar.remove(), small.remove()]);
    }
  }, 150_000);
});

function freeBytes(disk: string): number {
  return Number(execFileSync('df', ['--output=avail', '--block-size=1', disk], { encoding: 'utf8' }).split('\n')[1]);
}
