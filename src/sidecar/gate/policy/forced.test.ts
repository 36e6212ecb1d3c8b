import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { limitsOf } from './forced.ts';

test('processors are limited where the engine can, and left out where it refuses that', () => {
  expect(limitsOf(DEFAULT_LIMITS, { NanoCpus: 1e9 }, 4)).toMatchObject({ NanoCpus: 1e9 });
  expect(limitsOf(DEFAULT_LIMITS, {}, 1)).toMatchObject({ NanoCpus: 1e9 });
  expect(limitsOf(DEFAULT_LIMITS, { NanoCpus: 1e9 }, null)).not.toHaveProperty('NanoCpus');
});
