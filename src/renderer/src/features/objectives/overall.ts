/** What the objectives say together. Pure. */
import type { ObjectiveView } from '../../../../shared/contract/values.ts';
import type { Verdict } from '../../../../shared/domain/verdict.ts';
import { verdictWord } from '../../ui/verdict.tsx';

export interface Overall {
  readonly verdict: Verdict | null;
  readonly word: string;
  readonly detail: string;
}

/** The worst verdict counts; a failure of ours hides behind a real one, and nothing is fixed before all is. */
export function overall(objectives: readonly Pick<ObjectiveView, 'kind' | 'verdict'>[]): Overall {
  const measured = objectives.filter((objective) => objective.verdict !== null);
  const has = (verdict: Verdict) => measured.some((objective) => objective.verdict === verdict);
  const done = objectives.filter((objective) => objective.verdict === 'fixed').length;
  const reached = `${done} of ${objectives.length} reached`;
  if (measured.length === 0) return { verdict: null, word: 'Not measured', detail: `${objectives.length} objectives` };
  if (has('not-yet')) return { verdict: 'not-yet', word: verdictWord('not-yet'), detail: reached };
  if (has('could-not-check')) return { verdict: 'could-not-check', word: verdictWord('could-not-check'), detail: 'nothing was counted' };
  if (has('mitigated')) return { verdict: 'mitigated', word: 'Mitigated, will recur', detail: reached };
  if (done === objectives.length) return { verdict: 'fixed', word: verdictWord('fixed'), detail: reached };
  return { verdict: 'not-yet', word: verdictWord('not-yet'), detail: reached };
}
