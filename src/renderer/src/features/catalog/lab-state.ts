/** What a lab's row says. Pure. */
import type { LabList } from '../../connection/client.ts';
import { count } from '../../ui/format.ts';
import type { Shown } from '../../ui/verdict.tsx';

type Lab = LabList['labs'][number];
export type RuntimeKind = Lab['runtimes'][number]['kind'];
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

/**
 * The runtime that a lab starts on here: the one chosen by hand, else the one of the settings, else the lab's first, of those that are
 * available.
 */
export function runtimeFor(
  { runtimes }: Pick<Lab, 'runtimes'>,
  picked: RuntimeKind | undefined,
  preferred: string | undefined,
): RuntimeKind | undefined {
  const available = runtimes.flatMap(({ kind, available: here }) => (here ? [kind] : []));
  return available.find((kind) => kind === picked) ?? available.find((kind) => kind === preferred) ?? available[0];
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

/** What counts, in one line. @param hintCosts points that each hint costs; the reader sees the price of each on its button */
export function scoringWords(hintCosts: readonly number[]): string {
  const priced = hintCosts.filter((cost) => cost > 0);
  if (priced.length === 0) return hintCosts.length === 0 ? '100 points. No hints.' : '100 points. All hints are free.';
  const [least, most] = [Math.min(...priced), Math.max(...priced)];
  const free = hintCosts.length - priced.length;
  const range = least === most ? `${least}` : `${least} to ${most}`;
  const rest =
    free === 0
      ? `${count(priced.length, 'hint')}, at ${range} each`
      : `${count(hintCosts.length, 'hint')}, ${free} of them free, the others ${range} each`;
  return `100 points. ${rest}.`;
}
