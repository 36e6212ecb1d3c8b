import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { makeBuildFolder } from './rootfs.ts';

test('a build removes what a builder left that was killed, and nothing of one that still works', async () => {
  const work = join(temporaryDirectory(), 'work');
  const dead = spawnSync('true').pid;
  for (const name of [`image-${dead}-abcdef`, `image-${process.ppid}-abcdef`, 'other']) {
    mkdirSync(join(work, name, 'rootfs'), { recursive: true });
    writeFileSync(join(work, name, 'rootfs.tar'), 'x');
  }
  const made = await makeBuildFolder(work);
  expect(readdirSync(made)).toEqual([]);
  expect(readdirSync(work).sort()).toEqual([basename(made), `image-${process.ppid}-abcdef`, 'other'].sort());
});
