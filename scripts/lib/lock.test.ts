import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownName, withLock } from './lock.mjs';

const MODULE = pathToFileURL(join(import.meta.dirname, 'lock.mjs')).href;

describe('a lock between processes', () => {
  let directory = '';
  let lock = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ops-lab-lock-'));
    lock = join(directory, 'lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('lets one process in at a time, and leaves nothing behind', async () => {
    const file = join(directory, 'log');
    // Each adds its two lines under the lock; were two in at once, their lines would mix.
    const program = `
      import { appendFileSync } from 'node:fs';
      import { withLock } from ${JSON.stringify(MODULE)};
      for (let i = 0; i < 5; i += 1) await withLock(${JSON.stringify(lock)}, async () => {
        appendFileSync(${JSON.stringify(file)}, process.pid + ' in\\n');
        await new Promise((resolve) => setTimeout(resolve, 5));
        appendFileSync(${JSON.stringify(file)}, process.pid + ' out\\n');
      });`;
    const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }));
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(codes.map(([code]) => code)).toEqual([0, 0, 0]);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(30);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
    expect(readdirSync(directory)).toEqual(['log']);
  });

  test('is taken over from a process that died, also when its pid lives again', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const dead = process.platform === 'linux' ? [`${child.pid} 1`, `${process.pid} 1`] : [`${child.pid} `];
    for (const name of dead) {
      writeFileSync(lock, name);
      expect(await withLock(lock, async () => readFileSync(lock, 'utf8'))).toBe(ownName());
      expect(existsSync(lock)).toBe(false);
    }
  });

  test('is given back when the work throws', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  test('is waited for, saying for whom, and no longer than the limit', async () => {
    writeFileSync(lock, ownName());
    const waits: string[] = [];
    const work = withLock(lock, async () => 1, { onWait: (pid) => waits.push(pid), timeoutMs: 1 });
    await expect(work).rejects.toThrow(/holds .* for too long/);
    expect(waits).toEqual([String(process.pid)]);
  });
});
