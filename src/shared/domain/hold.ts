/**
 * The hold window: what is shown of an objective, assessment after assessment. Pure.
 *
 * `fixed` is shown once every bound has held for the whole window, seen at both of its ends and at every look between.
 * Only the time between two good looks in a row counts. A look that could not measure says nothing: it neither breaks
 * the hold nor counts, so the time on both sides of it is not held time; what was shown before it is kept in
 * `lastShown`. A look that fails a bound ends the hold at once. `mitigated` needs no hold: it is measured or it is not.
 */
import type { Verdict } from './verdict.ts';

export type MeasuredVerdict = Exclude<Verdict, 'could-not-check'>;

export interface Hold {
  /** What to show now; null before the first look. */
  readonly verdict: Verdict | null;
  /** What was last shown that was measured; null when nothing was measured yet. */
  readonly lastShown: MeasuredVerdict | null;
  /** Milliseconds that every bound has held without a break. */
  readonly heldMs: number;
  /** When the previous look was good: its time, in milliseconds of any steady clock. */
  readonly goodAt: number | null;
}

export const NOTHING_HELD: Hold = { verdict: null, lastShown: null, heldMs: 0, goodAt: null };

/** The hold of an objective whose verdict was stored by an earlier run of the host: the next look confirms or ends it. */
export function restoredHold(verdict: Verdict, holdMs: number): Hold {
  if (verdict === 'could-not-check') return { ...NOTHING_HELD, verdict };
  return { verdict, lastShown: verdict, heldMs: verdict === 'fixed' ? holdMs : 0, goodAt: null };
}

/**
 * @param look one assessment: its verdict, and when it was finished in milliseconds of the same steady clock
 * @param holdMs length of the window; with 0 one good look suffices
 */
export function hold(before: Hold, look: { readonly verdict: Verdict; readonly at: number }, holdMs: number): Hold {
  if (look.verdict === 'could-not-check') return { ...before, verdict: 'could-not-check', goodAt: null };
  if (look.verdict !== 'fixed') return { verdict: look.verdict, lastShown: look.verdict, heldMs: 0, goodAt: null };
  const heldMs = before.heldMs + (before.goodAt === null ? 0 : Math.max(0, look.at - before.goodAt));
  // While the window runs, the symptom is gone but nothing better is proven than what was shown before.
  const waiting = before.lastShown === null || before.lastShown === 'fixed' ? 'not-yet' : before.lastShown;
  const verdict = heldMs >= holdMs ? 'fixed' : waiting;
  return { verdict, lastShown: verdict, heldMs, goodAt: look.at };
}
