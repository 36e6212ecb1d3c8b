import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { newId, openStore, type Store } from './store.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, copyFileSync: vi.fn(fs.copyFileSync) };
});

function open(file: string): Store {
  const store = openStore(file);
  onTestFinished(() => store.close());
  return store;
}

/** A database with one learner, and a copy of it; closed. */
function kept(): string {
  const file = join(temporaryDirectory(), 'ops-lab.db');
  const store = open(file);
  store.learners.add({ id: newId(), name: 'Ada', createdAt: 1 });
  store.close();
  return file;
}

const names = (store: Store) => store.learners.list().map(({ name }) => name);

test('a disk that is full while the copy is put back leaves all as it was; the next start puts it back', () => {
  const file = kept();
  writeFileSync(file, 'x'.repeat(50_000));
  const before = readdirSync(dirname(file));
  vi.mocked(copyFileSync).mockImplementationOnce((_from, to) => {
    writeFileSync(to, 'a part');
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'limit' }));
  expect(readdirSync(dirname(file))).toEqual(before);
  expect(readFileSync(file, 'utf8')).toBe('x'.repeat(50_000));
  const store = open(file);
  expect(names(store)).toEqual(['Ada']);
  expect(store.notices).toEqual([expect.stringContaining('was damaged')]);
});

test('a database that is gone is put back from its newest copy, with a notice', () => {
  const file = kept();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  const store = open(file);
  expect(names(store)).toEqual(['Ada']);
  expect(store.notices).toEqual([expect.stringMatching(/^The database was missing and the copy of .* took its place/)]);
  store.close();
  expect(open(file).notices).toEqual([]);
});
