import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { appFiles } from './app-files.ts';

const at = (...parts: string[]) => parts.join(sep);

test('labs and sidecars of a packaged app are found beside its archive, page and preload inside it', () => {
  const main = at('', 'opt', 'Ops Lab', 'resources', 'app.asar', 'out', 'main');
  const files = appFiles(main);
  expect(files.labs).toBe(at('', 'opt', 'Ops Lab', 'resources', 'labs'));
  expect(files.sidecars).toBe(at('', 'opt', 'Ops Lab', 'resources', 'app.asar.unpacked', 'out', 'sidecar'));
  expect(files.uiFolder).toBe(join(main, '../renderer'));
  expect(files.preload).toBe(join(main, '../preload/index.cjs'));
});

test('a folder whose name only looks like an archive is none', () => {
  const main = at('', 'home', 'me', 'my-app.asar', 'out', 'main');
  expect(appFiles(main).labs).toBe(at('', 'home', 'me', 'my-app.asar', 'labs'));
});

test('the sources use the sidecars of the last build', () => {
  expect(appFiles(import.meta.dirname).sidecars).toBe(join(import.meta.dirname, '../../out/sidecar'));
});
