/** When a case of a proof is decided. Pure: fed with what was shown, round after round. */
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { ObjectiveState } from '../checks/objective-tracker.ts';

export type CaseKind = 'untouched' | 'solution' | 'wrong';

/** A wrong fix has to be seen failing for at least this long (or for the objective's hold window, if that is shorter), in milliseconds. */
const SETTLE_MS = 10_000;

/** From worst to best. */
const ORDER: readonly Verdict[] = ['not-yet', 'could-not-check', 'mitigated', 'fixed'];

/** The verdict on several objectives together; null when there is none. */
export function worst(verdicts: readonly (Verdict | null)[]): Verdict {
  return ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'could-not-check';
}

/** Whether what is shown comes from a figure that is out of its bounds, and not from a window that is still being held. */
function isMeasuredFailure({ assessment }: ObjectiveState): boolean {
  return assessment?.verdict === 'not-yet' && assessment.failingProbes.length > 0;
}

function isAsExpected(state: ObjectiveState, expected: Verdict): boolean {
  if (state.verdict !== expected) return false;
  return expected === 'fixed' || (expected === 'not-yet' ? isMeasuredFailure(state) : state.assessment?.verdict === expected);
}

/** How long a verdict must be seen without a break. `fixed` brings its own hold window. */
function windowMs(kind: CaseKind, expected: Verdict, holdMs: number): number {
  if (expected === 'fixed' || kind === 'untouched') return 0;
  return expected === 'not-yet' ? Math.min(holdMs, SETTLE_MS) : holdMs;
}

/** One round of checks, in milliseconds of a steady clock. */
interface Round {
  readonly began: number;
  readonly ended: number;
}

/**
 * A verdict is seen for as long as it was being measured, from the begin of the first round that showed it. One round may have met
 * a service that was just starting, so it takes two, but for a round that alone lasted twice the window.
 */
function seenLongEnough(first: Round, last: Round, window: number): boolean {
  return last.ended - first.began >= (first === last ? 2 * window : window);
}

export type Decision = 'open' | 'as-expected' | { readonly wrong: string };

export class Expectation {
  readonly #kind: CaseKind;
  readonly #expected: ReadonlyMap<string, Verdict>;
  /** The first of the rounds that showed each objective as expected without a break. */
  readonly #since = new Map<string, Round>();

  constructor(kind: CaseKind, expected: ReadonlyMap<string, Verdict>) {
    this.#kind = kind;
    this.#expected = expected;
  }

  /** @param states all objectives after one round @param round when that was */
  look(states: readonly ObjectiveState[], round: Round): Decision {
    let open = false;
    for (const state of states) {
      const expected = this.#expected.get(state.id);
      if (expected === undefined) continue;
      // Whoever practises would have been told that it is repaired.
      if (expected !== 'fixed' && state.verdict === 'fixed' && state.holdMs > 0) {
        return { wrong: `${state.id} was shown as fixed, expected ${expected}` };
      }
      if (!isAsExpected(state, expected)) {
        this.#since.delete(state.id);
        open = true;
        continue;
      }
      const first = this.#since.get(state.id) ?? round;
      this.#since.set(state.id, first);
      if (!seenLongEnough(first, round, windowMs(this.#kind, expected, state.holdMs))) open = true;
    }
    return open ? 'open' : 'as-expected';
  }
}
