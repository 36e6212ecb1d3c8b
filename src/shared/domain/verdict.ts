/**
 * Verdicts: what the measurements say of an objective. Pure; no I/O.
 *
 * A probe measures; bounds say what each figure must be; `judge` turns both into a verdict.
 */

/**
 * `not-yet`: the symptom is there. `mitigated`: it is gone, but a measured cause will bring it back. `fixed`: every bound
 * holds. `could-not-check`: the measuring itself failed; it is never the learner's failure.
 */
export type Verdict = 'not-yet' | 'mitigated' | 'fixed' | 'could-not-check';

/** What an objective is: named (an answer with evidence), repaired (judged by behaviour), or kept true all along. */
export type ObjectiveKind = 'diagnosis' | 'repair' | 'guard';

export type Comparison = 'below' | 'at-most' | 'at-least' | 'equals';

/** What one figure of a probe must be. */
export interface Bound {
  /** Name of the figure in the probe's result. */
  readonly measure: string;
  readonly label: string;
  /** Unit as shown beside the number, such as `ms`; empty for a count. */
  readonly unit: string;
  readonly comparison: Comparison;
  readonly limit: number;
  /** The verdict when the bound does not hold. */
  readonly otherwise: 'not-yet' | 'mitigated';
  /** Shown when the bound does not hold; `{name}` stands for a figure of the same probe. */
  readonly because: string;
}

/** The figures of one probe run, by name. */
export type Measures = Readonly<Record<string, number>>;

export type ProbeResult =
  | { readonly status: 'measured'; readonly measures: Measures; readonly notes?: readonly string[] }
  | { readonly status: 'could-not-check'; readonly reason: string };

/** One figure beside its bound, ready to be shown. */
export interface Measurement {
  readonly probe: string;
  readonly measure: string;
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly comparison: Comparison;
  readonly limit: number;
  readonly holds: boolean;
}

/** One look at an objective. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly measurements: readonly Measurement[];
  /** Sentences that say why the verdict is not `fixed`; empty when it is. */
  readonly reasons: readonly string[];
  /** Probes of which a bound did not hold: hints are chosen by them. */
  readonly failingProbes: readonly string[];
}
