import { type Hold, hold, type MeasuredVerdict, NOTHING_HELD, restoredHold } from '../../../shared/domain/hold.ts';
import type { Assessment, ObjectiveKind, Verdict } from '../../../shared/domain/verdict.ts';
import type { ObjectiveSpec } from '../labs/manifest.ts';

/** An objective as it is now. */
export interface ObjectiveState {
  readonly id: string;
  readonly kind: ObjectiveKind;
  /** What to show; null before the first look. For a diagnosis `fixed` means named. */
  readonly verdict: Verdict | null;
  /** What was last shown that was measured, while `verdict` is `could-not-check`. */
  readonly lastVerdict: MeasuredVerdict | null;
  /** The newest look; null before the first one. */
  readonly assessment: Assessment | null;
  readonly checking: boolean;
  /** Milliseconds that the bounds must hold, and for how long they have. */
  readonly holdMs: number;
  readonly heldMs: number;
  /** When the newest look was finished, in milliseconds since 1970. */
  readonly at: number | null;
  /** Of a diagnosis: the option that was chosen last, and what was said to it. */
  readonly chosen: string | null;
  readonly feedback: string | null;
}

/** What an earlier run of the host knew of an objective. */
export type StoredState = Pick<ObjectiveState, 'verdict' | 'at' | 'chosen' | 'feedback'>;

/** One objective over time: what was measured last, and how long it has held. */
export class ObjectiveTracker {
  readonly spec: ObjectiveSpec;
  #hold: Hold = NOTHING_HELD;
  #assessment: Assessment | null = null;
  #checking = false;
  #at: number | null = null;
  #chosen: string | null = null;
  #feedback: string | null = null;

  constructor(spec: ObjectiveSpec, stored?: StoredState) {
    this.spec = spec;
    if (stored === undefined) return;
    if (stored.verdict !== null) this.#hold = restoredHold(stored.verdict, this.holdMs);
    this.#at = stored.at;
    this.#chosen = stored.chosen;
    this.#feedback = stored.feedback;
  }

  get holdMs(): number {
    return this.spec.kind === 'diagnosis' ? 0 : this.spec.hold * 1000;
  }

  /** Milliseconds that are still to be held before `fixed` is shown; null unless the bounds hold now. */
  get toBeHeldMs(): number | null {
    return this.#hold.goodAt === null || this.#hold.verdict === 'fixed' ? null : Math.max(0, this.holdMs - this.#hold.heldMs);
  }

  get state(): ObjectiveState {
    return {
      id: this.spec.id,
      kind: this.spec.kind,
      verdict: this.#hold.verdict,
      lastVerdict: this.#hold.lastShown,
      assessment: this.#assessment,
      checking: this.#checking,
      holdMs: this.holdMs,
      heldMs: this.#hold.heldMs,
      at: this.#at,
      chosen: this.#chosen,
      feedback: this.#feedback,
    };
  }

  checking(now: boolean): void {
    this.#checking = now;
  }

  /** A look at a repair or a guard. */
  assessed(assessment: Assessment): void {
    this.#assessment = assessment;
    this.#look(assessment.verdict);
    this.#checking = false;
  }

  /** An answer to a diagnosis. Once named, it stays named: what was true then was shown. */
  answered(option: string, verdict: Verdict, feedback: string): void {
    this.#chosen = option;
    this.#feedback = feedback;
    if (this.#hold.verdict !== 'fixed') this.#look(verdict);
    this.#checking = false;
  }

  #look(verdict: Verdict): void {
    // The hold goes by a clock that neither jumps nor runs while the machine sleeps.
    this.#hold = hold(this.#hold, { verdict, at: performance.now() }, this.holdMs);
    this.#at = Date.now();
  }
}
