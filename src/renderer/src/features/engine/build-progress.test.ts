import { expect, it } from 'vitest';
import { buildWords } from './build-bar.tsx';
import { buildPercent, buildRemainingMs } from './build-progress.ts';

const build = {
  state: 'building' as const,
  step: 3,
  steps: 10,
  title: 'unpacking',
  bytes: 50e6,
  totalBytes: 100e6,
  elapsedMs: 25_000,
  log: [],
  error: null,
  tag: 'x',
};

it('counts steps, and bytes within the running one', () => {
  expect(buildPercent(build)).toBe(25);
  expect(buildPercent({ ...build, bytes: null, totalBytes: null })).toBe(20);
  expect(buildPercent({ ...build, step: 0, steps: 0 })).toBe(0);
});

it('reaches 100 only when the image is there', () => {
  expect(buildPercent({ ...build, step: 10, bytes: 100e6 })).toBe(99);
  expect(buildPercent({ ...build, state: 'ready' })).toBe(100);
});

it('estimates the rest by the pace so far, once there is one', () => {
  expect(buildRemainingMs(build)).toBe(75_000);
  expect(buildRemainingMs({ ...build, step: 1, bytes: 0 })).toBeNull();
  expect(buildWords(build)).toBe('Step 3 of 10: unpacking, 50 MB of 100 MB. 25 s so far, about 1 min 15 s left.');
});
