import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeIdOf } from './core/home-id.ts';
import { dataDirectoryPath, openDataDirectory } from './data-directory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops-lab-data-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is the one asked for, then the environment’s, then the platform’s', () => {
    expect(dataDirectoryPath('/a', { OPS_LAB_DATA_DIR: '/b' })).toBe('/a');
    expect(dataDirectoryPath(undefined, { OPS_LAB_DATA_DIR: '/b' })).toBe('/b');
    expect(dataDirectoryPath(undefined, { XDG_DATA_HOME: '/x' }, 'linux', '/home/me')).toBe('/x/ops-lab');
    expect(dataDirectoryPath(undefined, { XDG_DATA_HOME: 'x' }, 'linux', '/home/me')).toBe('/home/me/.local/share/ops-lab');
    expect(dataDirectoryPath(undefined, {}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Application Support/Ops Lab');
  });

  it('is made for its owner only', () => {
    const path = join(root, 'a', 'b');
    openDataDirectory(path);
    openDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('says what to do when it cannot be used', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => openDataDirectory(join(root, 'file', 'x'))).toThrow(/Choose another one with --data-dir/);
  });

  it('has one id, which stays', () => {
    const id = homeIdOf(root);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(homeIdOf(root)).toBe(id);
    expect(readdirSync(root)).toEqual(['home-id']);
    writeFileSync(join(root, 'home-id'), 'nonsense');
    expect(() => homeIdOf(root)).toThrow(/is damaged/);
  });
});
