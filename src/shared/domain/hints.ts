/** Which hint of an objective's ladder comes next. Pure. */
export interface HintStep {
  readonly id: string;
  /** Offered only while this probe fails; undefined: always. */
  readonly whenFailing?: string;
}

/**
 * The next step of a ladder: the first one not opened whose probe fails now, so that help follows what is measured.
 * @param opened ids of steps already open
 * @param failingProbes probes of which a bound did not hold in the newest round
 * @returns its id, or null when none is left to offer
 */
export function nextHint(steps: readonly HintStep[], opened: readonly string[], failingProbes: readonly string[]): string | null {
  const offered = steps.find(
    (step) => !opened.includes(step.id) && (step.whenFailing === undefined || failingProbes.includes(step.whenFailing)),
  );
  return offered?.id ?? null;
}

/** The id of a step: its objective and its place in the ladder, counted from 1. */
export function hintId(objective: string, index: number): string {
  return `${objective}.${index + 1}`;
}
