import type { ObjectiveKind, Verdict } from './verdict.ts';

export interface ObjectiveOutcome {
  readonly kind: ObjectiveKind;
  readonly verdict: Verdict | null;
}

const FROM_WORST: readonly Verdict[] = ['not-yet', 'could-not-check', 'mitigated', 'fixed'];

/**
 * What holds of a whole lab: the worst verdict of its repairs and guards. Diagnoses are graded apart.
 * @returns null while one of them was never measured, unless another one is not yet repaired
 */
export function overallVerdict(objectives: readonly ObjectiveOutcome[]): Verdict | null {
  const verdicts = objectives.filter((objective) => objective.kind !== 'diagnosis').map((objective) => objective.verdict);
  if (verdicts.includes('not-yet')) return 'not-yet';
  if (verdicts.length === 0 || verdicts.includes(null)) return null;
  return FROM_WORST.find((verdict) => verdicts.includes(verdict)) ?? null;
}

/** Whether every diagnosis was named; true when the lab asks none. */
export function allNamed(objectives: readonly ObjectiveOutcome[]): boolean {
  return objectives.every((objective) => objective.kind !== 'diagnosis' || objective.verdict === 'fixed');
}
