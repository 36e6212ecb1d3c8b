import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const helper = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'written.ts')).href);

/** A program that ends as the command line does, after `work`. */
function start(work: string) {
  const program = `import { writeSync } from 'node:fs';
    import { written } from ${helper};
    const streams = [process.stdout, process.stderr];
    for (const stream of streams) stream.on('error', () => {});
    ${work}
    writeSync(3, 'done');
    await Promise.all(streams.map(written));
    process.exit(3);`;
  const args = ['--experimental-transform-types', '--no-warnings', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('everything arrives in a pipe that is read late', async () => {
  const child = start(`process.stdout.write('x'.repeat(1_000_000)); process.stderr.write('y'.repeat(300_000));`);
  const closed = once(child, 'close');
  // All is given to its streams, and what comes next is the end.
  await once(child.stdio[3] as Readable, 'data');
  let out = 0;
  let err = 0;
  child.stdout.on('data', (bytes) => {
    out += bytes.length;
  });
  child.stderr.on('data', (bytes) => {
    err += bytes.length;
  });
  expect((await closed)[0]).toBe(3);
  expect([out, err]).toEqual([1_000_000, 300_000]);
});

test('a reader that is gone neither holds the end up nor is a failure', async () => {
  const child = start(`await new Promise((go) => process.stdin.once('data', go));
    process.stdout.write('x'.repeat(1_000_000));
    await new Promise((go) => setTimeout(go, 100));
    process.stdout.write('more');`);
  const closed = once(child, 'close');
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (bytes) => {
    err += bytes;
  });
  child.stdin.write('go');
  expect((await closed)[0]).toBe(3);
  expect(err).toBe('');
});
