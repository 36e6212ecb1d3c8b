import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Recording, readRecordingTail } from './recording.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-lab-recording-'));
  file = join(folder, 'terminal.cast');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lines = () =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('is asciicast v2', async () => {
  const recording = new Recording(file, 80, 24);
  const heart = Buffer.from('❤\r\n');
  recording.output(heart.subarray(0, 2));
  recording.output(heart.subarray(2));
  recording.resize(100, 30);
  await recording.close();
  const [header, ...events] = lines();
  expect(header).toMatchObject({ version: 2, width: 80, height: 24 });
  expect(events).toEqual([
    [expect.any(Number), 'o', '❤\r\n'],
    [expect.any(Number), 'r', '100x30'],
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('leaves output out rather than wait for the disk, and says how much', async () => {
  const recording = new Recording(file, 80, 24);
  const piece = Buffer.alloc(1024 * 1024, 'x');
  // All in one turn: nothing can be written meanwhile.
  for (let count = 0; count < 10; count++) recording.output(piece);
  await vi.waitFor(
    () => {
      recording.output(Buffer.from('later'));
      expect(readFileSync(file, 'utf8')).toContain('later');
    },
    { timeout: 20_000 },
  );
  await recording.close();
  const events = lines().slice(1);
  expect(events.filter(([, kind]) => kind === 'm').map(([, , text]) => text)).toEqual([
    expect.stringMatching(/^\d+ bytes are not recorded/),
  ]);
  expect(events.at(-1)?.[2]).toBe('later');
});

it('says at its end too what was left out', async () => {
  const recording = new Recording(file, 80, 24);
  for (let count = 0; count < 10; count++) recording.output(Buffer.alloc(1024 * 1024, 'x'));
  await recording.close();
  expect(lines().at(-1)?.[2]).toMatch(/^\d+ bytes are not recorded/);
});

it('ends with a marker when it is full', async () => {
  const recording = new Recording(file, 80, 24);
  const piece = Buffer.alloc(2 * 1024 * 1024, 'x');
  for (let count = 0; count < 40; count++) {
    recording.output(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await recording.close();
  expect(lines().at(-1)?.slice(1)).toEqual(['m', 'the recording is full']);
  expect(statSync(file).size).toBeLessThan(56 * 1024 * 1024);
});

it('counts bytes, not characters, until it is full', async () => {
  const recording = new Recording(file, 80, 24);
  const piece = Buffer.from('世'.repeat(350_000));
  await vi.waitFor(
    async () => {
      // As the disk takes it: what is left out is not counted.
      for (let count = 0; count < 3; count++) recording.output(piece);
      expect(readFileSync(file).subarray(-100).toString()).toContain('the recording is full');
    },
    { timeout: 60_000, interval: 5 },
  );
  await recording.close();
  expect(statSync(file).size).toBeLessThan(56 * 1024 * 1024);
}, 90_000);

it('comes back whole at every restart, however often what was restored is recorded again', async () => {
  const limit = 2 * 1024 * 1024;
  const record = async (output: string) => {
    const recording = new Recording(file, 80, 24);
    recording.output(Buffer.from(output));
    await recording.close();
  };
  await record(Array.from({ length: 60_000 }, (_, line) => `line ${line}: \x1b[32mgrün 世界 💖\x1b[0m\r\n`).join(''));
  for (let restart = 1; restart <= 3; restart++) {
    const tail = readRecordingTail(file, limit);
    // All but the event at whose middle the tail begins.
    expect(Buffer.byteLength(tail)).toBeGreaterThan(limit / 2);
    expect(tail).not.toContain('\ufffd');
    expect(tail).toMatch(/^line \d+: /);
    expect(tail).toContain('line 59999: ');
    await record(`${tail}restart ${restart}\r\n`);
  }
  expect(readRecordingTail(file, limit)).toMatch(/restart 1\r\nrestart 2\r\nrestart 3\r\n$/);
});

it('does not cut a character that has no line end near it', async () => {
  const recording = new Recording(file, 80, 24);
  const text = `a${'💖'.repeat(50_000)}`;
  recording.output(Buffer.from(text));
  await recording.close();
  const events = lines().slice(1);
  expect(events.length).toBeGreaterThan(3);
  expect(events.every(([, , part]) => !part.includes('\ufffd') && Buffer.byteLength(part) <= 64 * 1024 + 4)).toBe(true);
  expect(events.map(([, , part]) => part).join('')).toBe(text);
});

it('does not trouble the terminal when it cannot be written', async () => {
  const recording = new Recording(join(folder, 'missing/terminal.cast'), 80, 24);
  recording.output(Buffer.from('x'));
  await recording.close();
  recording.output(Buffer.from('y'));
});

it('is read from its end, also when a crash has cut it', async () => {
  const recording = new Recording(file, 80, 24);
  for (let count = 0; count < 100; count++) recording.output(Buffer.from(`line ${count}\r\n`));
  await recording.close();
  truncateSync(file, statSync(file).size - 5);
  const tail = readRecordingTail(file, 400);
  expect(tail).toMatch(/^line \d\d\r\n/);
  expect(tail.endsWith('line 98\r\n')).toBe(true);
  expect(readRecordingTail(join(folder, 'none'), 400)).toBe('');
});
