import { expect, it, onTestFinished, vi } from 'vitest';
import { soon } from './soon.ts';

it('begins in a while, once', async () => {
  const work = vi.fn(async () => {});
  const later = soon(work, 1);
  expect(work).not.toHaveBeenCalled();
  await expect.poll(() => work.mock.calls.length).toBe(1);
  await later.now();
  expect(work).toHaveBeenCalledTimes(1);
});

it('begins at once for whoever needs it, and all wait for the same', async () => {
  let done = () => {};
  const working = new Promise<void>((resolve) => {
    done = resolve;
  });
  const work = vi.fn(() => working);
  const later = soon(work, 60_000);
  const waiting = [later.now(), later.now(), later.cancel()];
  expect(work).toHaveBeenCalledTimes(1);
  const first = await Promise.race([...waiting, Promise.resolve('nobody is let through before')]);
  expect(first).toBe('nobody is let through before');
  done();
  await Promise.all(waiting);
});

it('does not begin after it was cancelled', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const work = vi.fn(async () => {});
  const later = soon(work, 1);
  await later.cancel();
  await later.now();
  await vi.advanceTimersByTimeAsync(5);
  expect(work).not.toHaveBeenCalled();
});
