import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FLOW } from '../../../shared/terminal-wire/flow.ts';
import { Consumer, FlowGate, LAG_ALONE_MS, LAG_MS } from './flow-gate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function make(viewerCount: number) {
  const calls: string[] = [];
  const screen = new Consumer();
  const gate = new FlowGate(screen, { pause: () => calls.push('pause'), resume: () => calls.push('resume') });
  const viewers = Array.from({ length: viewerCount }, () => new Consumer());
  for (const viewer of viewers) gate.add(viewer);
  const give = (consumer: Consumer, count: number) => {
    consumer.owed += count;
    gate.gave();
  };
  const settle = (consumer: Consumer, count: number) => {
    consumer.owed -= count;
    gate.settled();
  };
  return { calls, screen, gate, viewers, give, settle };
}

describe('the marks', () => {
  it('cannot deadlock: a viewer that owes the low mark still acknowledges', () => {
    expect(FLOW.ackEvery).toBeLessThanOrEqual(FLOW.lowMark);
    expect(FLOW.lowMark).toBeLessThan(FLOW.highMark);
  });
});

describe.each(['screen', 'viewer'] as const)('a %s that is slow', (who) => {
  it('pauses the pty above the high mark, once, and resumes it at the low mark', () => {
    const { calls, screen, viewers, give, settle } = make(1);
    const consumer = who === 'screen' ? screen : (viewers[0] ?? screen);
    give(consumer, FLOW.highMark);
    expect(calls).toEqual([]);
    give(consumer, 1);
    give(consumer, 1000);
    expect(calls).toEqual(['pause']);
    settle(consumer, FLOW.highMark - FLOW.lowMark);
    expect(calls).toEqual(['pause']);
    settle(consumer, 1001);
    expect(calls).toEqual(['pause', 'resume']);
  });
});

it('resumes when the slow viewer leaves', () => {
  const { calls, gate, viewers, give } = make(2);
  const [slow] = viewers;
  if (slow === undefined) throw new Error('no viewer');
  give(slow, FLOW.highMark + 1);
  gate.remove(slow);
  expect(calls).toEqual(['pause', 'resume']);
});

it('drops a viewer that holds up another one, and not before its time', () => {
  const { calls, viewers, give } = make(2);
  const [slow, fast] = viewers;
  if (slow === undefined || fast === undefined) throw new Error('no viewer');
  give(slow, FLOW.highMark + 1);
  vi.advanceTimersByTime(LAG_MS - 100);
  expect(slow.lagging).toBe(false);
  vi.advanceTimersByTime(LAG_MS);
  expect([slow.lagging, fast.lagging]).toEqual([true, false]);
  expect(calls).toEqual(['pause', 'resume']);
});

it('waits longer for the only viewer', () => {
  const { calls, viewers, give } = make(1);
  const [only] = viewers;
  if (only === undefined) throw new Error('no viewer');
  give(only, FLOW.highMark + 1);
  vi.advanceTimersByTime(LAG_ALONE_MS - 1000);
  expect(only.lagging).toBe(false);
  vi.advanceTimersByTime(2000);
  expect(only.lagging).toBe(true);
  expect(calls).toEqual(['pause', 'resume']);
});

it('never pauses again once it is open for good, and leaves no timer', () => {
  const { calls, screen, gate, give } = make(0);
  give(screen, FLOW.highMark + 1);
  gate.openForGood();
  give(screen, FLOW.highMark);
  expect(calls).toEqual(['pause', 'resume']);
  expect(vi.getTimerCount()).toBe(0);
});
