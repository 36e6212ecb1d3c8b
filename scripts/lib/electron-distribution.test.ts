import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import electron from '../../node_modules/electron/package.json' with { type: 'json' };
import { ELECTRON_BINARY } from './electron.mjs';
import { electronDistribution } from './electron-distribution.mjs';

const ZIP = `electron-v${electron.version}-${process.platform}-${process.arch}.zip`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-lab-distribution-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const find = (env: NodeJS.ProcessEnv) => electronDistribution(env, join(folder, 'package', 'dist'));

test('without Electron’s binary one sentence says what is missing, where it was looked for, and how to get it', async () => {
  const cache = join(folder, 'cache');
  await expect(find({ electron_config_cache: cache })).rejects.toMatchObject({
    message: expect.stringContaining(`${ZIP} is not on this machine (looked in ${cache})`),
    todo: expect.stringContaining('ELECTRON_OVERRIDE_DIST_PATH'),
  });
});

test('an unpacked Electron is taken from the folder that is named, else from the electron package once it is whole', async () => {
  for (const at of [join(folder, 'mine'), join(folder, 'package', 'dist')]) {
    mkdirSync(join(at, ELECTRON_BINARY, '..'), { recursive: true });
    writeFileSync(join(at, ELECTRON_BINARY), '');
  }
  expect(await find({ ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'mine') })).toBe(join(folder, 'mine'));
  await expect(find({ electron_config_cache: folder })).rejects.toThrow('not on this machine');
  writeFileSync(join(folder, 'package', 'path.txt'), ELECTRON_BINARY);
  expect(await find({ electron_config_cache: folder })).toBe(join(folder, 'package', 'dist'));
});

test.each(['', 'hash-of-a-url'])('a zip that is not the official one is refused, wherever it lies in the cache', async (below) => {
  mkdirSync(join(folder, below), { recursive: true });
  writeFileSync(join(folder, below, ZIP), 'not Electron');
  await expect(find({ electron_config_cache: folder })).rejects.toThrow('damaged');
  await expect(find({ ELECTRON_OVERRIDE_DIST_PATH: join(folder, below) })).rejects.toThrow('damaged');
});

test('a folder with neither is said to hold neither', async () => {
  await expect(find({ ELECTRON_OVERRIDE_DIST_PATH: folder })).rejects.toThrow('holds neither');
});
