/** What a lab's row says. Pure. */
import type { LabList } from '../../connection/client.ts';
import type { Shown } from '../../ui/verdict.tsx';

type Lab = LabList['labs'][number];
export type LabFilter = 'all' | 'open' | 'fixed';

export interface LabStateWords {
  readonly shape: Shown;
  readonly word: string;
  readonly detail: string;
}

const STATES: Record<Lab['state'], LabStateWords> = {
  new: { shape: 'none', word: 'Not started', detail: '' },
  'in-progress': { shape: 'working', word: 'In progress', detail: '' },
  'not-yet': { shape: 'not-yet', word: 'Not yet', detail: '' },
  mitigated: { shape: 'mitigated', word: 'Mitigated', detail: 'will recur' },
  fixed: { shape: 'fixed', word: 'Fixed', detail: '' },
};

export function labState(lab: Pick<Lab, 'state' | 'liveSessionId' | 'runtimes'>): LabStateWords {
  const words = STATES[lab.state];
  if (lab.liveSessionId !== null || lab.runtimes.some((runtime) => runtime.available)) return words;
  return { ...words, detail: 'cannot run here now' };
}

export function filterLabs(labs: readonly Lab[], filter: LabFilter, text: string): Lab[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return labs.filter((lab) => {
    if (filter === 'fixed' && lab.state !== 'fixed') return false;
    if (filter === 'open' && lab.state === 'fixed') return false;
    const all = `${lab.id} ${lab.title} ${lab.summary} ${lab.resource} ${lab.level} ${lab.concepts.join(' ')}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
