import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashKey } from './hash.mjs';

describe('the key of a set of files', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ops-lab-hash-'));
    mkdirSync(join(root, 'src/deep'), { recursive: true });
    writeFileSync(join(root, 'src/deep/a.ts'), 'a');
    writeFileSync(join(root, 'src/b.ts'), 'b');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('is the same for the same content, whatever its times', () => {
    const before = hashKey(root, ['src']);
    utimesSync(join(root, 'src/b.ts'), 1, 1);
    expect(hashKey(root, ['src'])).toBe(before);
  });

  test('changes with the content, the name and the place of a file, and with further words', () => {
    const keys = new Set([hashKey(root, ['src']), hashKey(root, ['src'], { also: ['24'] })]);
    writeFileSync(join(root, 'src/b.ts'), 'c');
    keys.add(hashKey(root, ['src']));
    rmSync(join(root, 'src/b.ts'));
    keys.add(hashKey(root, ['src']));
    writeFileSync(join(root, 'src/deep/b.ts'), 'c');
    keys.add(hashKey(root, ['src']));
    expect(keys.size).toBe(5);
  });

  test('ignores what is not wanted, and takes a missing path as empty', () => {
    const before = hashKey(root, ['src', 'gone'], { wanted: (path) => !path.endsWith('.test.ts') });
    writeFileSync(join(root, 'src/b.test.ts'), 'x');
    expect(hashKey(root, ['src'], { wanted: (path) => !path.endsWith('.test.ts') })).toBe(before);
  });
});
