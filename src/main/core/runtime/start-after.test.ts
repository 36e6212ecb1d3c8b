import { expect, test } from 'vitest';
import type { Runtime, RuntimeSession, StartRequest } from './runtime.ts';
import { startAfter } from './start-after.ts';

test('a session starts only when what it has to wait for is over; sweeping does not wait', async () => {
  const calls: string[] = [];
  const session = {} as RuntimeSession;
  const runtime: Runtime = {
    kind: 'shell',
    availability: async () => ({ available: true, reason: '' }),
    start: async () => {
      calls.push('start');
      return session;
    },
    adopt: async () => null,
    sweep: async () => {
      calls.push('sweep');
      return [];
    },
  };
  let resolve = () => {};
  const ready = new Promise<void>((done) => {
    resolve = done;
  });
  const waiting = startAfter(runtime, () => ready);
  const started = waiting.start({} as StartRequest);
  await waiting.sweep(new Set());
  expect(calls).toEqual(['sweep']);
  resolve();
  expect(await started).toBe(session);
  expect(calls).toEqual(['sweep', 'start']);
});
