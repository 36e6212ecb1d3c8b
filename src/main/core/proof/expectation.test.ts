import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { ObjectiveState } from '../checks/objective-tracker.ts';
import { Expectation, worst } from './expectation.ts';

const state = (verdict: Verdict, patch: { measured?: Verdict; holdMs?: number; id?: string } = {}): ObjectiveState => ({
  id: patch.id ?? 'a',
  kind: 'repair',
  verdict,
  lastVerdict: null,
  assessment: {
    verdict: patch.measured ?? verdict,
    measurements: [],
    reasons: [],
    failingProbes: (patch.measured ?? verdict) === 'not-yet' ? ['p'] : [],
  },
  checking: false,
  holdMs: patch.holdMs ?? 5000,
  heldMs: 0,
  at: 0,
  chosen: null,
  feedback: null,
});

describe('a case of a proof', () => {
  it('is decided for an untouched lab by one measured failure', () => {
    expect(new Expectation('untouched', new Map([['a', 'not-yet']])).look([state('not-yet')], 0)).toBe('as-expected');
  });

  it('does not take a window that is being held, or a failed measuring, for a failing lab', () => {
    const expectation = new Expectation('untouched', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('not-yet', { measured: 'fixed' })], 0)).toBe('open');
    expect(expectation.look([state('could-not-check')], 1)).toBe('open');
  });

  it('needs a wrong fix to fail for a while without a break', () => {
    const expectation = new Expectation('wrong', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('not-yet')], 0)).toBe('open');
    expect(expectation.look([state('could-not-check')], 4000)).toBe('open');
    expect(expectation.look([state('not-yet')], 6000)).toBe('open');
    expect(expectation.look([state('not-yet')], 11_000)).toBe('as-expected');
  });

  it('is lost as soon as a wrong fix was shown as fixed', () => {
    const expectation = new Expectation('wrong', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('fixed')], 0)).toEqual({ wrong: 'a was shown as fixed, expected not-yet' });
  });

  it('holds a mitigated solution over the window, and takes fixed as it is shown', () => {
    const expectation = new Expectation(
      'solution',
      new Map([
        ['a', 'mitigated'],
        ['b', 'fixed'],
      ]),
    );
    const both = [state('mitigated'), state('fixed', { id: 'b' })];
    expect(expectation.look(both, 0)).toBe('open');
    expect(expectation.look(both, 5000)).toBe('as-expected');
  });

  it('sums up several objectives by the worst', () => {
    expect(worst(['fixed', 'mitigated'])).toBe('mitigated');
    expect(worst(['fixed', null, 'could-not-check', 'not-yet'])).toBe('not-yet');
    expect(worst([])).toBe('could-not-check');
  });
});
