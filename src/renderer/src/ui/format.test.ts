import { describe, expect, it } from 'vitest';
import * as format from './format.ts';

describe('figures', () => {
  it('keep what matters of a number', () => {
    expect([1150, 1.26, 0.042, 43_612, 23, 0, -2.5].map(format.formatNumber)).toEqual(['1150', '1.3', '0.042', '43.6k', '23', '0', '-2.5']);
  });

  it('carry their unit and limit', () => {
    expect(format.formatQuantity(1150, 'ms')).toBe('1150 ms');
    expect(format.formatQuantity(10_000.4, 'ms')).toBe('10000 ms');
    expect(format.formatQuantity(99, '%')).toBe('99%');
    expect(format.formatQuantity(23, '')).toBe('23');
    expect(format.formatLimit('below', 100, 'ms')).toBe('under 100 ms');
    expect(format.formatLimit('at-least', 3, '')).toBe('at least 3');
  });
});

it('writes durations as they are spoken', () => {
  expect([24, 1400, 41_000, 72_000, 7_500_000].map(format.formatDuration)).toEqual(['24 ms', '1.4 s', '41 s', '1 min 12 s', '2 h 5 min']);
});

it('writes clocks', () => {
  expect(format.formatClock(708_000)).toBe('00:11:48');
  expect(format.formatElapsed(552_000)).toBe('09:12');
  expect(format.formatElapsed(3_723_000)).toBe('1:02:03');
});

it('writes the year of a time only when it is another one', () => {
  const at = new Date(2025, 10, 23, 14, 9, 18).getTime();
  expect(format.formatDateTime(at, new Date(2025, 11, 31).getTime())).toBe('23 Nov 14:09:18');
  expect(format.formatDateTime(at, new Date(2026, 0, 1).getTime())).toBe('23 Nov 2025 14:09');
});

it('writes bytes', () => {
  expect([0, 999, 18_420, 218e6, 1.1e9].map(format.formatBytes)).toEqual(['0 B', '999 B', '18.4 kB', '218 MB', '1.1 GB']);
});

it('takes initials from the first and last name', () => {
  expect(['Grace Brewster Hopper', 'Learner', ' åsa '].map(format.initials)).toEqual(['GH', 'L', 'Å']);
});
