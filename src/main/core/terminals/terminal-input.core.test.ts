/** Input that a program does not read. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shows, WAIT } from '../../../test-support/shows.ts';
import { attach, makeTestShell, type TestShell } from './test-terminal.ts';

let shell: TestShell;
beforeEach(() => {
  shell = makeTestShell();
});
afterEach(() => shell.close());

/** A program that reads nothing until the file `go` is there. */
const open = (then: string) =>
  shell.open({
    command: {
      file: 'bash',
      args: ['-c', `stty raw -echo; echo ready; until [ -e go ]; do sleep 0.05; done; ${then}`],
      env: { PATH: process.env.PATH ?? '' },
      cwd: shell.folder,
      captured: false,
    },
  });
const reads = (count: number) => `head -c ${count} | sha256sum; sleep 100`;
const go = () => writeFileSync(join(shell.folder, 'go'), '');
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}\r`).join('');

it('waits, and comes whole when it is read', async () => {
  const text = numbers(80_000);
  const terminal = open(reads(text.length));
  const viewer = attach(terminal);
  await shows(viewer, /ready/);
  for (let at = 0; at < text.length; at += 60_000) viewer.type(text.slice(at, at + 60_000));
  go();
  await shows(viewer, new RegExp(hash(text)));
  expect(viewer.text()).not.toContain('dropped');
});

it('is bounded: what is too much is dropped with a note, and what came before it is not', async () => {
  const text = numbers(400_000);
  const kept = 900_000;
  const terminal = open(reads(kept));
  const viewer = attach(terminal);
  await shows(viewer, /ready/);
  for (let at = 0; at < text.length; at += 60_000) viewer.type(text.slice(at, at + 60_000));
  await shows(viewer, /input is dropped: the program does not read/);
  expect(viewer.text().match(/input is dropped/g)?.length).toBe(1);
  go();
  await shows(viewer, new RegExp(hash(text.slice(0, kept))));
});

it('is dropped when the pty ends, and nothing is written to its descriptor any more', async () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const terminal = open('exit 7');
    await shows(terminal, /ready/);
    terminal.write(numbers(80_000));
    go();
    await vi.waitFor(() => expect(terminal.exitCode).toBe(7), WAIT);
    await terminal.close();
    // node-pty goes on, and says so there.
    expect(errors).not.toHaveBeenCalled();
  } finally {
    errors.mockRestore();
  }
});
