import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundHolds, formatFigure, judge, type ProbeOutcome } from './judge.ts';
import type { Bound, ProbeResult } from './verdict.ts';

const bound = (patch: Partial<Bound> = {}): Bound => ({
  measure: 'p99',
  label: 'p99',
  unit: 'ms',
  comparison: 'below',
  limit: 100,
  otherwise: 'not-yet',
  because: '',
  ...patch,
});
const measured = (measures: Record<string, number>): ProbeResult => ({ status: 'measured', measures });
const unmeasured: ProbeResult = { status: 'could-not-check', reason: 'No answer from the engine.' };

describe('judge', () => {
  it('is fixed when every bound holds, and then gives no reasons', () => {
    const found = judge([{ id: 'load', bounds: [bound()], result: measured({ p99: 5 }) }]);
    expect(found).toEqual({
      verdict: 'fixed',
      reasons: [],
      failingProbes: [],
      measurements: [{ probe: 'load', measure: 'p99', label: 'p99', unit: 'ms', value: 5, comparison: 'below', limit: 100, holds: true }],
    });
  });

  it('says by numbers why a bound does not hold when the lab has no words for it', () => {
    expect(judge([{ id: 'load', bounds: [bound()], result: measured({ p99: 1097.26 }) }]).reasons).toEqual([
      'p99: 1097.3 ms; it must be below 100 ms.',
    ]);
  });

  it('fills figures into the words of the lab, once and only by name', () => {
    const because = 'Grows by {perHour} an hour, {constructor}, {{perHour}}.';
    const result = measured({ p99: 100, perHour: 12 });
    expect(judge([{ id: 'load', bounds: [bound({ because })], result }]).reasons).toEqual(['Grows by 12 an hour, {constructor}, {12}.']);
  });

  it('lets a measured failure stand although another probe could not measure', () => {
    const found = judge([
      { id: 'load', bounds: [bound()], result: measured({ p99: 500 }) },
      { id: 'files', bounds: [bound({ measure: 'count' })], result: unmeasured },
    ]);
    expect(found.verdict).toBe('not-yet');
    expect(found.failingProbes).toEqual(['load']);
    expect(found.reasons).toContain('Could not check: No answer from the engine.');
  });

  it('does not call it mitigated while a probe could not measure', () => {
    const found = judge([
      { id: 'load', bounds: [bound({ otherwise: 'mitigated' })], result: measured({ p99: 500 }) },
      { id: 'files', bounds: [bound()], result: unmeasured },
    ]);
    expect(found.verdict).toBe('could-not-check');
  });

  it('does not say why it would come back while it has not gone away', () => {
    const bounds = [bound({ because: 'slow' }), bound({ measure: 'peak', otherwise: 'mitigated', because: 'dies again' })];
    const both = judge([{ id: 'load', bounds, result: measured({ p99: 1e6, peak: 1e6 }) }]);
    expect(both).toMatchObject({ verdict: 'not-yet', reasons: ['slow'] });
    const later = judge([{ id: 'load', bounds, result: measured({ p99: 1, peak: 1e6 }) }]);
    expect(later).toMatchObject({ verdict: 'mitigated', reasons: ['dies again'] });
  });

  it('never takes a missing or broken figure for a number', () => {
    for (const measures of [{}, { p99: Number.NaN }, { p99: Number.POSITIVE_INFINITY }, { p99: '5' as unknown as number }] as Record<
      string,
      number
    >[]) {
      const found = judge([{ id: 'load', bounds: [bound()], result: measured(measures) }]);
      expect(found.verdict).toBe('could-not-check');
      expect(found.measurements).toEqual([]);
    }
    expect(judge([{ id: 'load', bounds: [bound({ measure: 'toString' })], result: measured({}) }]).verdict).toBe('could-not-check');
  });

  it('has seen nothing without probes', () => {
    expect(judge([]).verdict).toBe('could-not-check');
  });

  it('compares as the names say', () => {
    expect([boundHolds('below', 1, 1), boundHolds('at-most', 1, 1), boundHolds('at-least', 1, 1), boundHolds('equals', 1, 1)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('writes figures without noise', () => {
    expect([5, 1.234, 123.456, 2.0001, 0].map(formatFigure)).toEqual(['5', '1.23', '123.5', '2', '0']);
  });

  const outcomes: fc.Arbitrary<ProbeOutcome[]> = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      bounds: fc.array(
        fc.record({
          measure: fc.constantFrom('x', 'y'),
          label: fc.constant('x'),
          unit: fc.constant(''),
          comparison: fc.constantFrom('below', 'at-most', 'at-least', 'equals'),
          limit: fc.integer({ min: -3, max: 3 }),
          otherwise: fc.constantFrom('not-yet', 'mitigated'),
          because: fc.constant(''),
        }) as fc.Arbitrary<Bound>,
        { minLength: 1, maxLength: 3 },
      ),
      result: fc.oneof(
        fc.constant(unmeasured),
        fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN))).map(measured),
      ),
    }),
  );

  it('does not depend on the order of the probes', () => {
    fc.assert(
      fc.property(outcomes, (probes) => {
        expect(judge([...probes].reverse()).verdict).toBe(judge(probes).verdict);
      }),
    );
  });

  it('is fixed only when every bound of every probe was measured and holds', () => {
    fc.assert(
      fc.property(outcomes, (probes) => {
        const found = judge(probes);
        const bounds = probes.reduce((sum, probe) => sum + probe.bounds.length, 0);
        const all = probes.length > 0 && found.measurements.length === bounds && found.measurements.every(({ holds }) => holds);
        expect(found.verdict === 'fixed').toBe(all);
        expect(found.verdict === 'fixed').toBe(found.reasons.length === 0);
        expect(found.failingProbes.length > 0).toBe(found.measurements.some(({ holds }) => !holds));
      }),
    );
  });
});
