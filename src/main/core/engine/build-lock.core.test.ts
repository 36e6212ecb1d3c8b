import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from './build-lock.ts';

describe('the lock of a build', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-lock-'));
    path = join(folder, 'deep', 'image.lock');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const never = new AbortController().signal;

  it('lets one in at a time', async () => {
    const order: string[] = [];
    const first = await takeLock(path, never, () => {});
    const second = takeLock(path, never, () => order.push('waiting')).then(async (unlock) => {
      order.push('second');
      await unlock();
    });
    await expect.poll(() => order).toEqual(['waiting']);
    order.push('first is done');
    await first();
    await second;
    expect(order).toEqual(['waiting', 'first is done', 'second']);
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that has died', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    const unlock = await takeLock(path, never, () => {});
    await unlock();
    await writeFile(path, String(child.pid));
    const again = await takeLock(path, never, () => {});
    await again();
  });

  it('is given up waiting for when cancelled', async () => {
    const unlock = await takeLock(path, never, () => {});
    const cancel = new AbortController();
    const waiting = takeLock(path, cancel.signal, () => cancel.abort());
    await expect(waiting).rejects.toThrow();
    await unlock();
  });
});
