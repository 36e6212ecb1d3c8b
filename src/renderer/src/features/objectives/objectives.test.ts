import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../shared/domain/verdict.ts';
import { verdictWord } from '../../ui/verdict.tsx';
import { gauge } from './gauge.ts';
import { overall } from './overall.ts';

const repair = (verdict: Verdict | null) => ({ kind: 'repair' as const, verdict });

describe('the overall verdict', () => {
  it('is the worst one', () => {
    expect(overall([repair('fixed'), repair('not-yet')]).verdict).toBe('not-yet');
    expect(overall([repair('fixed'), repair('mitigated')])).toMatchObject({ verdict: 'mitigated', word: 'Mitigated, will recur' });
  });

  it('never counts a failure of ours as the learner’s', () => {
    expect(overall([repair('fixed'), repair('could-not-check')]).detail).toBe('nothing was counted');
    expect(overall([repair('not-yet'), repair('could-not-check')]).verdict).toBe('not-yet');
  });

  it('is fixed only when every repair is', () => {
    expect(overall([repair('fixed'), repair(null)])).toMatchObject({ verdict: null, detail: '1 of 2 reached' });
    expect(overall([repair('fixed'), repair('fixed')])).toMatchObject({ verdict: 'fixed', detail: '2 of 2 reached' });
  });

  it('grades the diagnosis apart, as the core does, and says that it is open', () => {
    const cause = (verdict: Verdict | null) => ({ kind: 'diagnosis' as const, verdict });
    for (const open of [null, 'not-yet'] as const) {
      expect(overall([repair('fixed'), cause(open)])).toEqual({ verdict: 'fixed', word: 'Fixed', detail: 'cause not named' });
    }
    expect(overall([repair('fixed'), cause('fixed')]).detail).toBe('2 of 2 reached');
    expect(overall([repair('not-yet'), cause('fixed')]).verdict).toBe('not-yet');
  });

  it('says that nothing is measured before anything is', () => {
    expect(overall([repair(null)])).toMatchObject({ verdict: null, word: 'Not measured' });
  });
});

it('has words by the kind of objective', () => {
  expect(verdictWord('fixed', 'repair')).toBe('Fixed');
  expect(verdictWord('fixed', 'diagnosis')).toBe('Named');
  expect(verdictWord('fixed', 'guard')).toBe('Holds');
  expect(verdictWord('not-yet', 'guard')).toBe('Broken');
  expect(verdictWord(null, 'diagnosis')).toBe('Not named');
});

describe('gauge', () => {
  it('puts the limit in the middle and never overflows', () => {
    expect(gauge({ value: 100, limit: 100, comparison: 'below' })).toEqual({ fill: 50, mark: 50 });
    const far = gauge({ value: 1e9, limit: 50, comparison: 'below' });
    expect(far?.fill).toBeGreaterThan(90);
    expect(far?.fill).toBeLessThanOrEqual(98);
  });

  it('grows with the figure', () => {
    const fills = [10, 50, 100, 159, 161, 300, 1150].map((value) => gauge({ value, limit: 100, comparison: 'below' })?.fill ?? -1);
    expect([...fills].sort((a, b) => a - b)).toEqual(fills);
  });

  it('is left out where a bar says nothing', () => {
    expect(gauge({ value: 0, limit: 0, comparison: 'at-most' })).toBeNull();
    expect(gauge({ value: 3, limit: 3, comparison: 'equals' })).toBeNull();
  });
});
