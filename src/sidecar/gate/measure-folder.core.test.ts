import { execFileSync } from 'node:child_process';
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
  expect(await measureFolder(join(folder, 'gone'), 1e9, 1e6)).toEqual({ bytes: 0, files: 0, tooDeep: false });
  expect(await measureFolder(join(folder, 'deep', 'file'), 1e9, 1e6)).toBeNull();
});

it('says so when something is deeper than a path can be, and does not take it for nothing', async () => {
  const folder = temporaryDirectory();
  const name = 'd'.repeat(250);
  // Step by step, as a container can do it.
  const make = (levels: number, file: string) => `
    process.chdir(${JSON.stringify(folder)});
    for (let level = 0; level < ${levels}; level += 1) { fs.mkdirSync('${name}', { recursive: true }); process.chdir('${name}'); }
    fs.writeFileSync('${file}', Buffer.alloc(100_000));`;
  try {
    execFileSync(process.execPath, ['-e', make(10, 'near')]);
    expect(await measureFolder(folder, 1e9, 1e6)).toMatchObject({ files: 11, tooDeep: false });
    // The folder can be read, and the file in it cannot be looked at.
    execFileSync(process.execPath, ['-e', make(Math.floor((4_090 - folder.length) / 251), 'f'.repeat(250))]);
    expect(await measureFolder(folder, 1e9, 1e6)).toMatchObject({ tooDeep: true });
    execFileSync(process.execPath, ['-e', make(20, 'far')]);
    expect(await measureFolder(folder, 1e9, 1e6)).toMatchObject({ tooDeep: true });
  } finally {
    execFileSync('rm', ['-rf', join(folder, name)]);
  }
});
