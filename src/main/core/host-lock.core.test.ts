import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OpsLabError } from '../../shared/contract/errors.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { claimDataDirectory, isHeldByHost } from './host-lock.ts';

const failure = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

test('a directory that another host has is told apart from everything else that is in conflict', () => {
  const directory = temporaryDirectory();
  const release = claimDataDirectory(directory);
  const held = failure(() => claimDataDirectory(directory));
  expect(held).toMatchObject({ code: 'conflict', details: { pid: process.pid } });
  expect(isHeldByHost(held)).toBe(true);
  release();
  claimDataDirectory(directory)();
  // As the store says it of a database that another program has locked.
  expect(isHeldByHost(new OpsLabError('conflict', 'locked', { file: join(directory, 'ops-lab.db') }, true))).toBe(false);
  expect(isHeldByHost(new Error('conflict'))).toBe(false);
});

test('a claim of a process that is gone is taken over', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'host.lock'), JSON.stringify({ pid: 2 ** 30, born: '1' }));
  claimDataDirectory(directory)();
});
