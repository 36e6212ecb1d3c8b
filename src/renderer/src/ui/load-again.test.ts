import { expect, it } from 'vitest';
import { loadAgain } from './load-again.ts';

function failing(times: number): { load: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    load: async () => {
      calls += 1;
      if (calls <= times) throw new Error(`attempt ${calls}`);
      return 'loaded';
    },
    calls: () => calls,
  };
}

it('fetches once what comes at once', async () => {
  const { load, calls } = failing(0);
  expect([await loadAgain(load, [0, 0]), calls()]).toEqual(['loaded', 1]);
});

it('fetches again what did not come', async () => {
  const { load, calls } = failing(2);
  expect([await loadAgain(load, [0, 0]), calls()]).toEqual(['loaded', 3]);
});

it('gives up with the last reason', async () => {
  const { load, calls } = failing(9);
  await expect(loadAgain(load, [0, 0])).rejects.toThrow('attempt 3');
  expect(calls()).toBe(3);
});
