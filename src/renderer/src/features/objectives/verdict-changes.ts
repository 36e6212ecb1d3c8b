/** Notices verdicts that change while a session is shown, and says them to screen readers. */
import { useEffect, useRef, useState } from 'react';
import type { ObjectiveView } from '../../../../shared/contract/values.ts';
import { announce } from '../../app/announce.tsx';
import { verdictWord } from '../../ui/verdict.tsx';

/** The id of the objective whose verdict changed last; null before any has. */
export function useVerdictChanges(objectives: readonly ObjectiveView[]): string | null {
  const before = useRef<ReadonlyMap<string, string | null> | null>(null);
  const [changed, setChanged] = useState<string | null>(null);
  useEffect(() => {
    const known = before.current;
    before.current = new Map(objectives.map((objective) => [objective.id, objective.verdict]));
    if (!known) return;
    const moved = objectives.filter((objective) => known.get(objective.id) !== objective.verdict && objective.verdict !== null);
    if (moved.length === 0) return;
    announce(moved.map(sentence).join(' '));
    setChanged(moved[moved.length - 1]?.id ?? null);
  }, [objectives]);
  return changed;
}

function sentence(objective: ObjectiveView): string {
  const word = verdictWord(objective.verdict, objective.kind).toLowerCase();
  const more = objective.verdict === 'mitigated' ? ', will recur' : objective.verdict === 'could-not-check' ? ', nothing was counted' : '';
  return `${objective.title}: ${word}${more}.`;
}
