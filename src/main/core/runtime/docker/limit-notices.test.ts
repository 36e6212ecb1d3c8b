import { expect, test } from 'vitest';
import { limitNotices } from './limit-notices.ts';

test('an engine without a controller is named with what it cannot limit; one with all of them gives no notice', () => {
  expect(limitNotices({ memory: true, pids: true, cpu: true })).toEqual([]);
  expect(limitNotices({ memory: false, pids: true, cpu: false })).toEqual([expect.stringContaining('memory or processor time')]);
});
