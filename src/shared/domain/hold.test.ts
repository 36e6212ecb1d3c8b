import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Hold, hold, NOTHING_HELD, restoredHold } from './hold.ts';
import type { Verdict } from './verdict.ts';

interface Look {
  verdict: Verdict;
  at: number;
}
const feed = (looks: readonly Look[], holdMs: number): Hold[] => {
  let state = NOTHING_HELD;
  return looks.map((look) => {
    state = hold(state, look, holdMs);
    return state;
  });
};
const verdicts = (looks: readonly Look[], holdMs: number) => feed(looks, holdMs).map(({ verdict }) => verdict);
const looks = (...list: [number, Verdict][]): Look[] => list.map(([at, verdict]) => ({ at, verdict }));

describe('hold', () => {
  it('shows fixed when the bounds held over the whole window, not before', () => {
    expect(verdicts(looks([0, 'fixed'], [10, 'fixed'], [20, 'fixed'], [30, 'fixed']), 30)).toEqual([
      'not-yet',
      'not-yet',
      'not-yet',
      'fixed',
    ]);
  });

  it('never takes one good look for a window, however late it comes', () => {
    expect(verdicts(looks([1_000_000, 'fixed']), 30)).toEqual(['not-yet']);
  });

  it('needs one look where no hold is asked for', () => {
    expect(verdicts(looks([0, 'fixed']), 0)).toEqual(['fixed']);
  });

  it('falls back at once and starts over', () => {
    expect(verdicts(looks([0, 'fixed'], [30, 'fixed'], [31, 'not-yet'], [40, 'fixed'], [60, 'fixed'], [70, 'fixed']), 30)).toEqual([
      'not-yet',
      'fixed',
      'not-yet',
      'not-yet',
      'not-yet',
      'fixed',
    ]);
  });

  it('neither counts nor breaks by looks that could not measure, and keeps what was shown', () => {
    const states = feed(looks([0, 'fixed'], [10, 'fixed'], [20, 'could-not-check'], [500, 'fixed'], [520, 'fixed']), 30);
    expect(states.map(({ heldMs }) => heldMs)).toEqual([0, 10, 10, 10, 30]);
    expect(states.at(2)).toMatchObject({ verdict: 'could-not-check', lastShown: 'not-yet' });
    expect(states.at(-1)?.verdict).toBe('fixed');
  });

  it('stays fixed over a look that could not measure', () => {
    const states = feed(looks([0, 'fixed'], [30, 'fixed'], [60, 'could-not-check'], [90, 'fixed']), 30);
    expect(states.map(({ verdict }) => verdict)).toEqual(['not-yet', 'fixed', 'could-not-check', 'fixed']);
    expect(states.at(2)?.lastShown).toBe('fixed');
  });

  it('shows mitigated as soon as it is measured, and while a better fix is being held', () => {
    expect(verdicts(looks([0, 'mitigated'], [10, 'fixed'], [40, 'fixed']), 30)).toEqual(['mitigated', 'mitigated', 'fixed']);
  });

  it('goes on from a stored verdict, which the next look confirms or ends', () => {
    expect(hold(restoredHold('fixed', 30), { verdict: 'fixed', at: 5 }, 30).verdict).toBe('fixed');
    expect(hold(restoredHold('fixed', 30), { verdict: 'not-yet', at: 5 }, 30).verdict).toBe('not-yet');
    expect(hold(restoredHold('mitigated', 30), { verdict: 'fixed', at: 5 }, 30).verdict).toBe('mitigated');
  });

  const series = fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 20 }),
        verdict: fc.constantFrom<Verdict>('not-yet', 'mitigated', 'fixed', 'could-not-check'),
      }),
      { maxLength: 30 },
    )
    .map((steps) => {
      let at = 0;
      return steps.map(({ gap, verdict }) => {
        at += gap;
        return { at, verdict };
      });
    });
  const windows = fc.integer({ min: 1, max: 60 });

  it('shows fixed only after an unbroken row of good looks that spans the window', () => {
    fc.assert(
      fc.property(series, windows, (list, holdMs) => {
        feed(list, holdMs).forEach((state, index) => {
          if (state.verdict !== 'fixed') return;
          const seen = list.slice(0, index + 1);
          const row = seen.slice(seen.findLastIndex(({ verdict }) => verdict === 'not-yet' || verdict === 'mitigated') + 1);
          const good = row.filter(({ verdict }) => verdict === 'fixed');
          expect(good.length).toBeGreaterThanOrEqual(2);
          expect((good.at(-1)?.at ?? 0) - (good[0]?.at ?? 0)).toBeGreaterThanOrEqual(holdMs);
        });
      }),
    );
  });

  it('shows every measured failure at once, whatever went before', () => {
    fc.assert(
      fc.property(series, windows, (list, holdMs) => {
        feed(list, holdMs).forEach((state, index) => {
          const look = list[index];
          if (look?.verdict === 'fixed') expect(state.verdict).not.toBe('could-not-check');
          else expect(state.verdict).toBe(look?.verdict);
          expect(state.heldMs).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('measures the same with looks that could not measure taken out, except for the time beside them', () => {
    fc.assert(
      fc.property(series, windows, (list, holdMs) => {
        const all = feed(list, holdMs).at(-1)?.heldMs ?? 0;
        const without = feed(
          list.filter(({ verdict }) => verdict !== 'could-not-check'),
          holdMs,
        ).at(-1)?.heldMs;
        expect(all).toBeLessThanOrEqual(without ?? 0);
      }),
    );
  });
});
