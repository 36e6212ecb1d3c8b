/** A verdict is a shape, a colour and a word: how full the disc is says how fixed it is, also without colour. */
import type { ReactNode } from 'react';
import type { ObjectiveKind, Verdict } from '../../../shared/domain/verdict.ts';

export type Shown = Verdict | 'none' | 'working';

const CLASS: Record<Shown, string> = {
  none: 'v-none',
  'not-yet': 'v-notyet',
  mitigated: 'v-mitigated',
  fixed: 'v-fixed',
  'could-not-check': 'v-unknown',
  working: 'v-run',
};

const SHAPE: Record<Shown, ReactNode> = {
  none: <circle cx="8" cy="8" r="5.5" strokeWidth="1.25" />,
  'not-yet': (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M5.5 8h5" strokeWidth="2" />
    </>
  ),
  mitigated: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor" />
    </>
  ),
  fixed: (
    <path
      d="M8 1.25a6.75 6.75 0 1 0 0 13.5 6.75 6.75 0 0 0 0-13.5z M11.6 6.2 7.2 10.9 4.5 8.3l.95-1 1.7 1.6L10.6 5.2z"
      fill="currentColor"
      stroke="none"
      fillRule="evenodd"
    />
  ),
  'could-not-check': (
    <>
      <circle cx="8" cy="8" r="6" strokeDasharray="2.4 2.3" />
      <path d="M6.4 6.5c.1-1 .8-1.6 1.7-1.6.9 0 1.6.6 1.6 1.4 0 1.2-1.6 1.3-1.6 2.5" strokeWidth="1.4" />
      <circle cx="8.1" cy="11" r=".6" fill="currentColor" stroke="none" />
    </>
  ),
  working: (
    <>
      <circle cx="8" cy="8" r="6" stroke="var(--line-control)" />
      <path d="M8 2a6 6 0 1 1-6 6" strokeWidth="2" />
    </>
  ),
};

export function verdictClass(verdict: Shown): string {
  return CLASS[verdict];
}

/** The shape alone. Give `label` where no word stands beside it. */
export function VerdictGlyph({ verdict, label, lamp }: { verdict: Shown; label?: string; lamp?: boolean }) {
  const props = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has a label, or a word beside it
    <svg className={`i ${CLASS[verdict]}${lamp ? ' lamp' : ''}`} viewBox="0 0 16 16" {...props}>
      {SHAPE[verdict]}
    </svg>
  );
}

const WORDS: Record<ObjectiveKind, Record<Verdict | 'none', string>> = {
  repair: {
    none: 'Not measured',
    'not-yet': 'Not yet',
    mitigated: 'Mitigated',
    fixed: 'Fixed',
    'could-not-check': 'Could not check',
  },
  diagnosis: {
    none: 'Not named',
    'not-yet': 'Not named',
    mitigated: 'Not named',
    fixed: 'Named',
    'could-not-check': 'Could not check',
  },
  guard: { none: 'Not measured', 'not-yet': 'Broken', mitigated: 'Broken', fixed: 'Holds', 'could-not-check': 'Could not check' },
};

/** The word of a verdict; it depends on what the objective is. */
export function verdictWord(verdict: Verdict | null, kind: ObjectiveKind = 'repair'): string {
  return WORDS[kind][verdict ?? 'none'];
}

export function VerdictLabel({ verdict, kind }: { verdict: Verdict | null; kind?: ObjectiveKind }) {
  return (
    <span className={`v ${CLASS[verdict ?? 'none']}`}>
      <VerdictGlyph verdict={verdict ?? 'none'} />
      {verdictWord(verdict, kind)}
    </span>
  );
}
