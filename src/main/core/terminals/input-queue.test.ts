import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InputQueue, MAX_WAITING } from './input-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A program that has `room` bytes left before it must read; null: its pty has ended. */
function make() {
  const program = { room: 0 as number | null, got: '', tries: 0, refused: 0 };
  const queue = new InputQueue({
    write: (bytes) => {
      program.tries += 1;
      if (program.room === null) return null;
      const count = Math.min(program.room, bytes.length);
      program.room -= count;
      program.got += Buffer.from(bytes.subarray(0, count)).toString('latin1');
      return count;
    },
    onRefused: () => {
      program.refused += 1;
    },
  });
  return { program, queue, type: (text: string) => queue.push(Buffer.from(text)) };
}

it('writes at once, and leaves no timer', () => {
  const { program, type } = make();
  program.room = 100;
  type('key');
  expect([program.got, program.tries, vi.getTimerCount()]).toEqual(['key', 1, 0]);
});

it('keeps the order while the program reads bit by bit', () => {
  const { program, type } = make();
  const text = Array.from({ length: 20_000 }, (_, index) => `${index} `).join('');
  type(text);
  for (let step = 0; program.got.length < text.length && step < 100; step++) {
    program.room = 4000;
    if (step === 3) type('later');
    vi.advanceTimersByTime(100);
  }
  program.room = 100;
  vi.advanceTimersByTime(100);
  expect(program.got).toBe(`${text}later`);
  expect(vi.getTimerCount()).toBe(0);
});

it('asks a program that does not read only now and then', () => {
  const { program, type } = make();
  type('x'.repeat(500_000));
  vi.advanceTimersByTime(10_000);
  expect(program.tries).toBeLessThan(200);
  expect(vi.getTimerCount()).toBe(1);
});

it('takes keys one by one', () => {
  const { program, type } = make();
  const text = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(32 + (index % 90))).join('');
  for (const key of text) type(key);
  program.room = text.length;
  vi.advanceTimersByTime(100);
  expect(program.got).toBe(text);
});

it('keeps its own copy of what waits', () => {
  const { program, queue } = make();
  const bytes = Buffer.from('mine');
  queue.push(bytes);
  bytes.fill('x');
  program.room = 100;
  vi.advanceTimersByTime(100);
  expect(program.got).toBe('mine');
});

it('refuses what is too much, and all behind it until nothing waits', () => {
  const { program, type } = make();
  type('a'.repeat(MAX_WAITING));
  type('b');
  program.room = MAX_WAITING / 2;
  vi.advanceTimersByTime(100);
  type('c');
  expect(program.refused).toBe(1);
  program.room = MAX_WAITING;
  vi.advanceTimersByTime(100);
  expect(program.got).toBe('a'.repeat(MAX_WAITING));
  type('d');
  expect(program.got.at(-1)).toBe('d');
});

it('drops what waits when the pty has ended', () => {
  const { program, queue, type } = make();
  type('never read');
  program.room = null;
  vi.advanceTimersByTime(100);
  type('nor this');
  expect([program.got, program.tries, vi.getTimerCount()]).toEqual(['', 2, 0]);
  queue.close();
});

it('tries nothing after it was closed', () => {
  const { program, queue, type } = make();
  type('waits');
  queue.close();
  program.room = 100;
  type('x');
  vi.advanceTimersByTime(1000);
  expect([program.got, vi.getTimerCount()]).toEqual(['', 0]);
});
