import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from './lock.mjs';

const lib = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);

describe.skipIf(process.platform === 'win32')('a program that a script launches', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ops-lab-launch-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Starts a launcher for `program`; resolves when the program has printed its pid. */
  async function launch(program: string) {
    const app = join(directory, 'app.mjs');
    const launcher = join(directory, 'launcher.mjs');
    writeFileSync(app, `${program}\nconsole.log('pid ' + process.pid);`);
    writeFileSync(
      launcher,
      `import { ENDS_WITH_US, runInForeground } from ${lib('launch.mjs')};
       import { runMain } from ${lib('say.mjs')};
       await runMain(() => runInForeground(process.execPath, [...ENDS_WITH_US, ${JSON.stringify(app)}], { cwd: ${JSON.stringify(directory)} }));`,
    );
    const child = spawn(process.execPath, [launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    const ended = once(child, 'close');
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(/pid \d+/);
    const pid = Number(output.match(/pid (\d+)/)?.[1]);
    return { child, pid, ended, output: () => output };
  }

  test('gets Ctrl-C once, closes by itself, and its exit code is kept', async () => {
    const { child, pid, ended, output } = await launch(`
      const timer = setInterval(() => {}, 1000);
      process.on('SIGINT', () => { console.log('closing'); setTimeout(() => { clearInterval(timer); process.exit(3); }, 200); });`);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(3);
    expect(output().match(/closing/g)).toHaveLength(1);
    expect(isAlive(pid, '')).toBe(false);
  });

  test('ends when its launcher is killed', async () => {
    const { child, pid, ended } = await launch('setInterval(() => {}, 1000);');
    child.kill('SIGKILL');
    await ended;
    await expect.poll(() => isAlive(pid, ''), { timeout: 10_000 }).toBe(false);
  });

  test('is not kept alive by the watch over its launcher', async () => {
    const { ended } = await launch('');
    expect((await ended)[0]).toBe(0);
  });
});
