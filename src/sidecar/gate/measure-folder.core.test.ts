import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { measureFolder } from './measure-folder.ts';

it('counts bytes on the disk and entries, follows no link, and stops when it has seen enough', async () => {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'file'), Buffer.alloc(1_000_000, 'x'));
  symlinkSync('/', join(folder, 'link'));
  const whole = await measureFolder(folder, 1e9, 1e6);
  expect(whole?.files).toBe(3);
  expect(whole?.bytes).toBeGreaterThanOrEqual(1_000_000);
  expect(whole?.bytes).toBeLessThan(2_000_000);
  expect((await measureFolder(folder, 1e9, 1))?.files).toBe(2);
  expect(await measureFolder(join(folder, 'gone'), 1e9, 1e6)).toEqual({ bytes: 0, files: 0 });
  expect(await measureFolder(join(folder, 'deep', 'file'), 1e9, 1e6)).toBeNull();
});
