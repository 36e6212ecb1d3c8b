import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImageBuild } from '../../../shared/contract/values.ts';
import { needsEngine } from '../../../test-support/requirements.ts';
import { callEngine } from './api.ts';
import { Engine } from './engine.ts';
import { ImageBuilder } from './image-builder.ts';
import { readRecipe } from './image-recipe.ts';
import { rootfsObstacle } from './rootfs.ts';

const RECIPE = fileURLToPath(new URL('../../../../labs/images/base', import.meta.url));
/** Making a root file system needs root on Debian; elsewhere a registry is asked, which is no test. */
const canMake = needsEngine() && (await rootfsObstacle()) === '';

describe('the recipe of the lab image', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-recipe-'));
    await cp(RECIPE, folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has a key that changes with what goes into the image, and with nothing else', async () => {
    const node = { path: '/a/node', version: '24.1.0' };
    const recipe = await readRecipe(folder, 'amd64', node);
    expect(recipe.tag).toMatch(/^ops-lab\/base:[0-9a-f]{12}$/);
    expect((await readRecipe(folder, 'amd64', { ...node, path: '/b/node' })).key).toBe(recipe.key);
    const newer = await readRecipe(folder, 'amd64', { ...node, version: '24.2.0' });
    expect(newer.key).not.toBe(recipe.key);
    expect(newer.rootfsTag).toBe(recipe.rootfsTag);
    expect((await readRecipe(folder, 'arm64', node)).rootfsTag).not.toBe(recipe.rootfsTag);
    await writeFile(join(folder, 'packages.txt'), '# fewer\nbash\n');
    const fewer = await readRecipe(folder, 'amd64', node);
    expect(fewer.packages).toEqual(['bash']);
    expect(fewer.key).not.toBe(recipe.key);
    expect(fewer.rootfsTag).not.toBe(recipe.rootfsTag);
  });
});

describe.skipIf(!canMake)('building the lab image without a registry', () => {
  let folder: string;
  let engine: Engine;
  let builder: ImageBuilder;
  const tags = new Set<string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-build-'));
    await mkdir(join(folder, 'recipe'));
    await cp(RECIPE, join(folder, 'recipe'), { recursive: true });
    // A smaller image of its own, so that the real one is neither used nor touched.
    await writeFile(join(folder, 'recipe', 'packages.txt'), `bash\niputils-ping\nlibstdc++6\nprocps\n# ${process.pid}\n`);
    engine = new Engine();
    builder = new ImageBuilder({ engine, folder: join(folder, 'recipe'), workFolder: join(folder, 'work') });
    tags.add(await builder.tag());
  });

  afterAll(async () => {
    const docker = await engine.docker();
    const { architecture } = await engine.details();
    const { rootfsTag } = await readRecipe(join(folder, 'recipe'), architecture, null);
    for (const tag of [...tags, rootfsTag]) {
      await callEngine(docker, { method: 'DELETE', path: `/images/${tag}`, query: { force: true }, also: [404, 409] });
    }
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    expect(await readdir(join(folder, 'work')).catch(() => [])).toEqual([]);
  });

  it('leaves nothing behind when it is cancelled, and says so', async () => {
    const cancel = new AbortController();
    const seen: ImageBuild[] = [];
    const build = builder.build({
      signal: cancel.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.title.includes('mmdebstrap') && progress.log.length > 1) cancel.abort();
      },
    });
    await expect(build).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen.at(-1)).toMatchObject({ state: 'cancelled' });
    expect((await builder.status()).state).toBe('cancelled');
    await expect(builder.imageId('ops-lab/base')).rejects.toMatchObject({ code: 'image-missing' });
  }, 60_000);

  it('builds once, for two who ask at the same time too, and reports steps and bytes', async () => {
    const other = new ImageBuilder({ engine, folder: join(folder, 'recipe'), workFolder: join(folder, 'work') });
    const seen: ImageBuild[] = [];
    const lines: string[] = [];
    const [first, second] = await Promise.all([
      builder.build({ onProgress: (progress) => seen.push(progress) }),
      other.build({ onProgress: ({ log }) => lines.push(...log) }),
    ]);
    expect([first.state, second.state]).toEqual(['ready', 'ready']);
    expect(seen.map(({ step }) => step)).toEqual([...seen.map(({ step }) => step)].sort((a, b) => a - b));
    expect(seen.some(({ bytes, totalBytes }) => (bytes ?? 0) > 0 && totalBytes !== null)).toBe(true);
    const again: ImageBuild[] = [];
    expect((await builder.build({ onProgress: (progress) => again.push(progress) })).state).toBe('ready');
    expect(new Set(again.map(({ title }) => title))).toEqual(new Set(['Look for the image']));
    expect(await builder.imageId('ops-lab/base')).toMatch(/^sha256:[0-9a-f]{64}$/);
    await expect(builder.imageId('ops-lab/other')).rejects.toMatchObject({ code: 'lab-broken' });
  }, 400_000);

  it('is saved to one file, and is there again from that file alone', async () => {
    const file = join(folder, 'image.tar');
    let told = 0;
    await builder.save(file, (bytes) => {
      told = bytes;
    });
    expect((await stat(file)).size).toBe(told);
    expect((await readdir(folder)).filter((name) => name.startsWith('image'))).toEqual(['image.tar']);
    const docker = await engine.docker();
    const tag = await builder.tag();
    await callEngine(docker, { method: 'DELETE', path: `/images/${tag}`, query: { force: true } });
    expect((await builder.status()).state).not.toBe('ready');
    expect((await builder.build({ from: file })).state).toBe('ready');
    expect(await builder.status()).toMatchObject({ state: 'ready', tag });
  }, 120_000);

  it('refuses a file that is no image archive, without touching the image', async () => {
    const file = join(folder, 'recipe', 'Dockerfile');
    await expect(builder.build({ from: file })).rejects.toMatchObject({ code: 'invalid' });
    await expect(builder.build({ from: join(folder, 'nothing') })).rejects.toMatchObject({ code: 'not-found' });
    expect((await builder.status()).state).toBe('ready');
  });

  it('says when the disk is full, and leaves no part of the file', async () => {
    const full = join(folder, 'full');
    await mkdir(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full]);
    try {
      await expect(builder.save(join(full, 'image.tar'))).rejects.toMatchObject({ code: 'limit' });
      expect(await readdir(full)).toEqual([]);
    } finally {
      execFileSync('umount', [full]);
    }
  });
});
