/** Turns figures and bounds into a verdict. Pure. */
import type { Assessment, Bound, Comparison, Measurement, Measures, ProbeResult, Verdict } from './verdict.ts';

/** What one probe of an objective found, beside what it should have found. */
export interface ProbeOutcome {
  readonly id: string;
  readonly bounds: readonly Bound[];
  readonly result: ProbeResult;
}

const WORDS: Readonly<Record<Comparison, string>> = {
  below: 'below',
  'at-most': 'at most',
  'at-least': 'at least',
  equals: 'exactly',
};

/** @returns whether `value` is below, at most, at least or exactly `limit`, as `comparison` says */
export function boundHolds(comparison: Comparison, value: number, limit: number): boolean {
  switch (comparison) {
    case 'below':
      return value < limit;
    case 'at-most':
      return value <= limit;
    case 'at-least':
      return value >= limit;
    case 'equals':
      return value === limit;
  }
}

/** A figure as people read it: whole numbers as they are, others with one decimal (two below ten). */
export function formatFigure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace(/\.?0+$/, '');
}

/** The figure under this name; null when the probe did not give one, or gave one that is no finite number. */
function figure(measures: Measures, name: string): number | null {
  const value: unknown = Object.hasOwn(measures, name) ? measures[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Plain substitution, once: what a figure's name stands for is never itself a template. */
function fill(template: string, measures: Measures): string {
  return template.replace(/\{([A-Za-z0-9_.-]+)\}/g, (whole, name: string) => {
    const value = figure(measures, name);
    return value === null ? whole : formatFigure(value);
  });
}

function reasonFor(bound: Bound, value: number, measures: Measures): string {
  if (bound.because !== '') return fill(bound.because, measures);
  const unit = bound.unit === '' ? '' : ` ${bound.unit}`;
  return `${bound.label}: ${formatFigure(value)}${unit}; it must be ${WORDS[bound.comparison]} ${formatFigure(bound.limit)}${unit}.`;
}

/**
 * The verdict on one look at an objective: the worst of its bounds.
 *
 * A bound that was measured and does not hold says `not-yet`, whatever else could not be measured. Otherwise anything
 * that could not be measured (a probe, or one figure that is missing or no finite number) makes it `could-not-check`,
 * because what was not seen may be what fails. Then `mitigated`, then `fixed`. Without probes nothing was seen.
 */
export function judge(probes: readonly ProbeOutcome[]): Assessment {
  const measurements: Measurement[] = [];
  const failing: { readonly otherwise: Bound['otherwise']; readonly reason: string }[] = [];
  const unmeasured: string[] = [];
  const failingProbes = new Set<string>();
  for (const { id, bounds, result } of probes) {
    if (result.status === 'could-not-check') {
      unmeasured.push(result.reason);
      continue;
    }
    for (const bound of bounds) {
      const { measure, label, unit, comparison, limit } = bound;
      const value = figure(result.measures, measure);
      if (value === null) {
        unmeasured.push(`The probe ${id} gave no figure “${measure}”.`);
        continue;
      }
      const holds = boundHolds(comparison, value, limit);
      measurements.push({ probe: id, measure, label, unit, value, comparison, limit, holds });
      if (holds) continue;
      failingProbes.add(id);
      failing.push({ otherwise: bound.otherwise, reason: reasonFor(bound, value, result.measures) });
    }
  }
  if (probes.length === 0) unmeasured.push('There is nothing to measure.');
  const notYet = failing.some(({ otherwise }) => otherwise === 'not-yet');
  const verdict: Verdict = notYet ? 'not-yet' : unmeasured.length > 0 ? 'could-not-check' : failing.length > 0 ? 'mitigated' : 'fixed';
  // Why something would come back is not said while it has not gone away yet.
  const said = failing.filter(({ otherwise }) => !notYet || otherwise === 'not-yet').map(({ reason }) => reason);
  const reasons = [...said, ...unmeasured.map((reason) => `Could not check: ${reason}`)];
  return { verdict, measurements, reasons: [...new Set(reasons)], failingProbes: [...failingProbes] };
}
