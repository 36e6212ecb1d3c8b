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

/** A round that ended at once. */
const at = (ms: number) => ({ began: ms, ended: ms });

describe('a case of a proof', () => {
  it('is decided for an untouched lab by one measured failure', () => {
    expect(new Expectation('untouched', new Map([['a', 'not-yet']])).look([state('not-yet')], at(0))).toBe('as-expected');
  });

  it('does not take a window that is being held, or a failed measuring, for a failing lab', () => {
    const expectation = new Expectation('untouched', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('not-yet', { measured: 'fixed' })], at(0))).toBe('open');
    expect(expectation.look([state('could-not-check')], at(1))).toBe('open');
  });

  it('needs a wrong fix to fail for a while without a break', () => {
    const expectation = new Expectation('wrong', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('not-yet')], at(0))).toBe('open');
    expect(expectation.look([state('could-not-check')], at(4000))).toBe('open');
    expect(expectation.look([state('not-yet')], at(6000))).toBe('open');
    expect(expectation.look([state('not-yet')], at(11_000))).toBe('as-expected');
  });

  it('counts from the begin of the first failing round, but one round may have met a starting service', () => {
    const wrong = () => new Expectation('wrong', new Map([['a', 'not-yet']]));
    expect(wrong().look([state('not-yet')], { began: 0, ended: 6000 })).toBe('open');
    expect(wrong().look([state('not-yet')], { began: 0, ended: 10_000 })).toBe('as-expected');
    const twice = wrong();
    expect(twice.look([state('not-yet')], { began: 0, ended: 2000 })).toBe('open');
    expect(twice.look([state('not-yet')], { began: 3000, ended: 4000 })).toBe('open');
    expect(twice.look([state('not-yet')], { began: 5000, ended: 5100 })).toBe('as-expected');
  });

  it('is lost as soon as a wrong fix was shown as fixed', () => {
    const expectation = new Expectation('wrong', new Map([['a', 'not-yet']]));
    expect(expectation.look([state('fixed')], at(0))).toEqual({ wrong: 'a was shown as fixed, expected not-yet' });
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
    expect(expectation.look(both, at(0))).toBe('open');
    expect(expectation.look(both, at(5000))).toBe('as-expected');
  });

  it('sums up several objectives by the worst', () => {
    expect(worst(['fixed', 'mitigated'])).toBe('mitigated');
    expect(worst(['fixed', null, 'could-not-check', 'not-yet'])).toBe('not-yet');
    expect(worst([])).toBe('could-not-check');
  });
});
