/** What the objectives say together, in the words of the bar. Pure. */
import type { ObjectiveView } from '../../../../shared/contract/values.ts';
import { allNamed, overallVerdict } from '../../../../shared/domain/overall.ts';
import type { Verdict } from '../../../../shared/domain/verdict.ts';
import { count } from '../../ui/format.ts';
import { verdictWord } from '../../ui/verdict.tsx';

export interface Overall {
  readonly verdict: Verdict | null;
  readonly word: string;
  readonly detail: string;
}

/** The verdict is the core's own, so that catalog and progress say the same; a cause that is not named is told beside it. */
export function overall(objectives: readonly Pick<ObjectiveView, 'kind' | 'verdict'>[]): Overall {
  const verdict = overallVerdict(objectives);
  const done = objectives.filter((objective) => objective.verdict === 'fixed').length;
  const reached = `${done} of ${objectives.length} reached`;
  switch (verdict) {
    case null:
      return { verdict, word: 'Not measured', detail: done === 0 ? count(objectives.length, 'objective') : reached };
    case 'could-not-check':
      return { verdict, word: verdictWord(verdict), detail: 'nothing was counted' };
    case 'mitigated':
      return { verdict, word: 'Mitigated, will recur', detail: reached };
    case 'fixed':
      return { verdict, word: verdictWord(verdict), detail: allNamed(objectives) ? reached : 'cause not named' };
    case 'not-yet':
      return { verdict, word: verdictWord(verdict), detail: reached };
  }
}
