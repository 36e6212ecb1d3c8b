import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onWake } from './wake.ts';

function testPage() {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const page = Object.assign(new EventTarget(), {
    document,
    setInterval: (run: () => void, ms: number) => setInterval(run, ms),
    clearInterval: (timer: ReturnType<typeof setInterval>) => clearInterval(timer),
  });
  const wake = vi.fn();
  const stop = onWake(page as unknown as Window, wake);
  return { document, page, wake, stop };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('looks again when the page is seen again, not when it is hidden', () => {
  const { document, wake } = testPage();
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wake).not.toHaveBeenCalled();
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledOnce();
});

it('looks again when the network is back', () => {
  const { page, wake } = testPage();
  page.dispatchEvent(new Event('online'));
  expect(wake).toHaveBeenCalledOnce();
});

it('looks again once after the machine has slept, and never for a clock that is only set back', () => {
  const { wake } = testPage();
  vi.advanceTimersByTime(60_000);
  expect(wake).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(wake).toHaveBeenCalledOnce();
  vi.setSystemTime(Date.now() - 7_200_000);
  vi.advanceTimersByTime(60_000);
  expect(wake).toHaveBeenCalledOnce();
});

it('is over when it is stopped', () => {
  const { page, wake, stop } = testPage();
  stop();
  page.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(100_000);
  expect([wake.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
});
