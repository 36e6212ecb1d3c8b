import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './paths.mjs';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('docs/dependencies.md has one line for each package of package.json and tools/node, in exact versions, and no others', () => {
  const packages = [JSON.parse(read('package.json')), JSON.parse(read('tools/node/package.json'))];
  const wanted: Record<string, string> = {};
  for (const { dependencies, devDependencies, optionalDependencies } of packages) {
    Object.assign(wanted, dependencies, devDependencies, optionalDependencies);
  }
  const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(wanted).sort());
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('no lock file holds a download address', () => {
  for (const path of ['package-lock.json', 'tools/node/package-lock.json']) expect(read(path)).not.toContain('"resolved"');
});
