import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isMet } from './provision.mjs';

test('a requirement is met by a command on PATH or in a folder of its own, with all its files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-provision-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const own = { name: 'x', for: 'y', commands: ['ops-lab-no-such-command'], folders: ['/nowhere', folder] };
  expect(isMet(own)).toBe(false);
  const command = join(folder, 'ops-lab-no-such-command');
  writeFileSync(command, '');
  expect(isMet(own)).toBe(true);
  expect(isMet({ ...own, folders: [] })).toBe(false);
  expect(isMet({ ...own, files: [command] })).toBe(true);
  expect(isMet({ ...own, files: [join(folder, 'missing')] })).toBe(false);
  expect(isMet({ name: 'x', for: 'y', commands: ['ops-lab-no-such-command', 'node'] })).toBe(true);
});
