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

export type Decision = 'open' | 'as-expected' | { readonly wrong: string };

export class Expectation {
  readonly #kind: CaseKind;
  readonly #expected: ReadonlyMap<string, Verdict>;
  /** Since when each objective has been as expected without a break. */
  readonly #since = new Map<string, number>();

  constructor(kind: CaseKind, expected: ReadonlyMap<string, Verdict>) {
    this.#kind = kind;
    this.#expected = expected;
  }

  /**
   * @param states all objectives after one round
   * @param at when it ended, in milliseconds of a steady clock
   */
  look(states: readonly ObjectiveState[], at: number): Decision {
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
      const since = this.#since.get(state.id) ?? at;
      this.#since.set(state.id, since);
      if (at - since < windowMs(this.#kind, expected, state.holdMs)) open = true;
    }
    return open ? 'open' : 'as-expected';
  }
}
