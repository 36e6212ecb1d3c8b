import type { Bound, Comparison } from '../../../shared/domain/verdict.ts';
import type { ProbeSpec } from '../labs/manifest.ts';

/** The bounds of a probe as the judge takes them: in lab.yaml the comparison is the name of a key. */
export function boundsOf(probe: ProbeSpec): Bound[] {
  return probe.bounds.map((spec) => {
    const { measure, label, unit, otherwise, because } = spec;
    const [comparison, limit]: [Comparison, number] =
      'below' in spec
        ? ['below', spec.below]
        : 'at-most' in spec
          ? ['at-most', spec['at-most']]
          : 'at-least' in spec
            ? ['at-least', spec['at-least']]
            : ['equals', spec.equals];
    return { measure, label, unit, comparison, limit, otherwise, because };
  });
}
