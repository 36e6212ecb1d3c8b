/** What is counted of a session's disk, before a model of an engine. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { type ModelEngine, startModelEngine } from '../../test-support/model-engine.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { startContainer } from './handlers/containers.ts';
import { createContainer } from './handlers/create-container.ts';
import { createVolume, removeVolume } from './handlers/volumes.ts';

const MB = 1024 ** 2;
const start = (model: ModelEngine, name: string) => model.run(startContainer, { subject: name });

/** A session with a volume whose folder is one of the test's, and a container. */
async function withVolume(): Promise<{ model: ModelEngine; fill: (bytes: number) => void }> {
  const model = await startModelEngine({ limits: { diskBytes: MB } });
  await model.run(createVolume, { json: { Name: 'data' } });
  await model.run(createContainer, { query: { name: 'c' }, json: { Image: 'lab' } });
  const folder = temporaryDirectory();
  model.folders.set(model.session.names.mangle('data'), folder);
  return { model, fill: (bytes) => writeFileSync(join(folder, 'file'), Buffer.alloc(bytes, 'x')) };
}

it('a volume counts before the next start, also when nothing runs, and when it is gone there is room', async () => {
  const { model, fill } = await withVolume();
  fill(2 * MB);
  expect(await start(model, 'c')).toMatchObject({ status: 403, body: { message: expect.stringContaining('1 MB on the disk') } });
  expect((await model.run(removeVolume, { subject: 'data' })).status).toBe(204);
  expect((await start(model, 'c')).status).toBe(204);
});

it('what was written after a look counts a few seconds later', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const { model, fill } = await withVolume();
    await model.session.disk.assertRoom();
    fill(2 * MB);
    vi.advanceTimersByTime(5_000);
    await expect(model.session.disk.assertRoom()).rejects.toThrow('1 MB on the disk');
  } finally {
    vi.useRealTimers();
  }
});

it('what a running build has made counts, without a container too, and the build is stopped', async () => {
  const model = await startModelEngine({ limits: { diskBytes: 100 * MB } });
  const { disk, context, config, builds } = model.session;
  const image = (digit: string, size: number, labels: Record<string, string>, parent?: string): void => {
    model.images.set(`sha256:${digit.repeat(64)}`, { tags: new Set(), size, labels, ...(parent === undefined ? {} : { parent }) });
  };
  const stop = vi.fn();
  disk.whenFull(stop);
  builds.take();
  // Somebody else's, with a label that anybody can write.
  image('1', 500 * MB, { ...config.labels, 'io.ops-lab.gate': 'x' });
  image('2', 60 * MB, context.labels('build', ''));
  image('3', 90 * MB, context.labels('build', ''), `sha256:${'2'.repeat(64)}`);
  await disk.look();
  expect(stop).not.toHaveBeenCalled();
  image('4', 110 * MB, context.labels('build', ''), `sha256:${'3'.repeat(64)}`);
  await disk.look();
  expect(stop.mock.calls).toEqual([[expect.objectContaining({ message: expect.stringContaining('100 MB on the disk') })]]);
  await expect(disk.assertRoom()).rejects.toThrow('100 MB on the disk');
});
