import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLOW } from '../../../../shared/terminal-wire/flow.ts';
import { AckCounter } from './ack-counter.ts';

describe('AckCounter', () => {
  it('waits until a batch is full', () => {
    const counter = new AckCounter();
    expect(counter.taken(FLOW.ackEvery - 1)).toBe(0);
    expect(counter.taken(1)).toBe(FLOW.ackEvery);
    expect(counter.taken(1)).toBe(0);
  });

  it('never owes so much that a paused pty would stay paused', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 })), (writes) => {
        const counter = new AckCounter();
        let owed = 0;
        for (const bytes of writes) {
          owed += bytes;
          owed -= counter.taken(bytes);
          expect(owed).toBeLessThan(FLOW.ackEvery);
          expect(owed).toBeLessThanOrEqual(FLOW.lowMark);
        }
      }),
    );
  });
});
