import { expect, test } from 'vitest';
import { median, percentile } from './stats.ts';

test('a percentile is the smallest sample that the fraction does not exceed', () => {
  const samples = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.21, 0.5, 0.99, 1].map((fraction) => percentile(samples, fraction))).toEqual([1, 1, 2, 3, 5, 5]);
  expect(
    percentile(
      Array.from({ length: 1000 }, (_, index) => index + 1),
      0.99,
    ),
  ).toBe(990);
  expect(samples).toEqual([5, 1, 4, 2, 3]);
});

test('the median of one sample is that sample, and of none there is none', () => {
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow('no samples');
});
