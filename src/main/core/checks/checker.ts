/**
 * Checks the objectives of one session, again and again. One thing is measured at a time: probes that send load would
 * disturb each other.
 */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { judge } from '../../../shared/domain/judge.ts';
import type { ProbeResult, Verdict } from '../../../shared/domain/verdict.ts';
import type { Manifest, ObjectiveSpec } from '../labs/manifest.ts';
import type { RuntimeSession } from '../runtime/runtime.ts';
import { boundsOf } from './bounds.ts';
import { pause } from './deadline.ts';
import { piecesOfEvidence } from './evidence.ts';
import { type ObjectiveState, ObjectiveTracker, type StoredState } from './objective-tracker.ts';
import { runProbe } from './run-probe.ts';
import type { Slots } from './slots.ts';

/** While bounds hold and only time is missing, the next round comes no sooner than this. */
const SHORTEST_WAIT_MS = 2000;

export interface CheckerOptions {
  readonly manifest: Manifest;
  readonly session: RuntimeSession;
  /** What an earlier run of the host knew, by objective. */
  readonly stored?: ReadonlyMap<string, StoredState>;
  /** Places for rounds in the background, shared by the sessions of a host; without it they come whenever it is time for them. */
  readonly slots?: Slots;
}

type Diagnosis = Extract<ObjectiveSpec, { kind: 'diagnosis' }>;

interface Round {
  readonly objectives: readonly ObjectiveTracker[];
  readonly done: Promise<void>;
}

export class Checker {
  readonly #manifest: Manifest;
  readonly #session: RuntimeSession;
  readonly #slots: Slots | null;
  readonly #trackers: ReadonlyMap<string, ObjectiveTracker>;
  readonly #listeners = new Set<(state: ObjectiveState) => void>();
  readonly #closing = new AbortController();
  /** Rounds that run or wait to run, oldest first. */
  readonly #rounds: Round[] = [];
  /** Everything that measures is appended here. */
  #queue: Promise<void> = Promise.resolve();
  #background: Promise<void> | null = null;

  constructor({ manifest, session, stored, slots }: CheckerOptions) {
    this.#manifest = manifest;
    this.#slots = slots ?? null;
    this.#session = session;
    this.#trackers = new Map(manifest.objectives.map((spec) => [spec.id, new ObjectiveTracker(spec, stored?.get(spec.id))]));
  }

  /** All objectives in the order of lab.yaml. */
  get states(): ObjectiveState[] {
    return [...this.#trackers.values()].map(({ state }) => state);
  }

  /** Calls `listener` with an objective whenever something of it has changed, until the returned function is called. */
  onChange(listener: (state: ObjectiveState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins the rounds in the background: the first at once, the next so long after the end of the one before. Does nothing when begun. */
  start(): void {
    this.#background ??= this.#keepChecking();
  }

  /**
   * Measures now: all repairs and guards, or those that are named. A round that is under way or waiting and covers it is joined, so
   * fifty calls at once measure once.
   * @throws OpsLabError `not-found` for an unknown objective, `invalid` for a diagnosis, `cancelled` when closed meanwhile
   */
  async checkNow(...objectives: readonly string[]): Promise<ObjectiveState[]> {
    const wanted = objectives.length === 0 ? this.#measured() : objectives.map((objective) => this.#tracker(objective));
    if (wanted.some(({ spec }) => spec.kind === 'diagnosis')) {
      throw new OpsLabError('invalid', 'This objective is answered, not measured. Choose an answer and pin the lines that show it.');
    }
    const covering = this.#rounds.find(({ objectives }) => wanted.every((tracker) => objectives.includes(tracker)));
    await (covering ?? this.#addRound(wanted)).done;
    return this.states;
  }

  /**
   * Answers a diagnosis. It is named when the option is right, the pinned lines show it, and the live system shows it now.
   * @param lines the pinned lines of terminal output
   * @throws OpsLabError `not-found`, `invalid`, `cancelled`, or `limit` for a pattern of the lab that takes too long
   */
  async answer(objective: string, option: string, lines: readonly string[]): Promise<ObjectiveState> {
    const tracker = this.#tracker(objective);
    const { spec } = tracker;
    if (spec.kind !== 'diagnosis') throw new OpsLabError('invalid', 'This objective is measured, not answered. Repair it, then check.');
    const chosen = spec.options.find(({ id }) => id === option);
    if (chosen === undefined) throw new OpsLabError('not-found', 'There is no such answer to this question.');
    if (lines.length < spec.evidence.pins) {
      throw new OpsLabError(
        'invalid',
        `Pin ${spec.evidence.pins === 1 ? 'a line' : `${spec.evidence.pins} lines`} of terminal output that show it, then answer.`,
      );
    }
    if (!chosen.correct)
      return this.#answered(tracker, option, 'not-yet', chosen.because || 'That is not it. Look again at what the system shows.');
    const pieces = piecesOfEvidence(
      spec.evidence.accept.map(({ pattern }) => pattern),
      lines,
    );
    if (pieces < spec.evidence.pins) {
      const words =
        pieces === 0
          ? 'The pinned lines do not show it. Pin output in which it can be seen.'
          : `${pieces} of the pinned lines ${pieces === 1 ? 'shows' : 'show'} it; ${spec.evidence.pins} different ones are needed.`;
      return this.#answered(tracker, option, 'not-yet', words);
    }
    tracker.checking(true);
    this.#emit(tracker);
    const result = await this.#enqueue(() => this.#run(spec['supported-by'].probe));
    const { verdict, feedback } = support(
      spec,
      this.#assess([spec['supported-by'].probe], new Map([[spec['supported-by'].probe, result]])),
      chosen.because,
    );
    return this.#answered(tracker, option, verdict, feedback);
  }

  /** Whether the live system shows what a diagnosis is about: its probe is measured, and a bound of it does not hold. */
  async isSupported(objective: string): Promise<boolean> {
    const { spec } = this.#tracker(objective);
    if (spec.kind !== 'diagnosis') throw new OpsLabError('invalid', 'This objective is no diagnosis.');
    const { probe } = spec['supported-by'];
    const result = await this.#enqueue(() => this.#run(probe));
    return this.#assess([probe], new Map([[probe, result]])).failingProbes.length > 0;
  }

  /** Ends what is being measured and waits for it. Nothing is emitted afterwards. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#closing.abort();
    await Promise.allSettled([this.#background, this.#queue]);
  }

  async #keepChecking(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await (this.#slots?.use(() => this.checkNow(), signal) ?? this.checkNow());
        await pause(this.#waitMs(), signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /** Sooner than the lab asks for while an objective only has to be seen good once more. */
  #waitMs(): number {
    const toBeHeld = this.#measured().flatMap(({ toBeHeldMs }) => (toBeHeldMs === null ? [] : [toBeHeldMs]));
    return Math.min(this.#manifest['check-every'] * 1000, ...toBeHeld.map((ms) => Math.max(SHORTEST_WAIT_MS, ms)));
  }

  #measured(): ObjectiveTracker[] {
    return [...this.#trackers.values()].filter(({ spec }) => spec.kind !== 'diagnosis');
  }

  #tracker(objective: string): ObjectiveTracker {
    const tracker = this.#trackers.get(objective);
    if (tracker === undefined) throw new OpsLabError('not-found', 'This lab has no such objective.');
    return tracker;
  }

  #addRound(objectives: readonly ObjectiveTracker[]): Round {
    const done = this.#enqueue(() => this.#round(objectives)).finally(() => {
      this.#rounds.splice(this.#rounds.indexOf(round), 1);
    });
    const round: Round = { objectives, done };
    this.#rounds.push(round);
    return round;
  }

  /** Runs a task when all before it are done. @throws OpsLabError `cancelled` when closed before or meanwhile */
  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    const refuse = () => {
      if (signal.aborted) throw new OpsLabError('cancelled', 'The session has ended, so nothing is checked any more.');
    };
    const result = this.#queue.then(async () => {
      refuse();
      const value = await task();
      refuse();
      return value;
    });
    this.#queue = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  async #round(objectives: readonly ObjectiveTracker[]): Promise<void> {
    for (const tracker of objectives) {
      tracker.checking(true);
      this.#emit(tracker);
    }
    const results = new Map<string, ProbeResult>();
    for (const tracker of objectives) {
      const probes = probesOf(tracker.spec);
      for (const probe of probes) if (!results.has(probe)) results.set(probe, await this.#run(probe));
      if (this.#closing.signal.aborted) return;
      tracker.assessed(this.#assess(probes, results));
      this.#emit(tracker);
    }
  }

  #run(probe: string): Promise<ProbeResult> {
    const spec = this.#manifest.probes[probe];
    if (spec === undefined) throw new OpsLabError('lab-broken', `The lab has no probe ${probe}.`);
    return runProbe(spec, this.#session, this.#closing.signal);
  }

  #assess(probes: readonly string[], results: ReadonlyMap<string, ProbeResult>) {
    return judge(
      probes.flatMap((id) => {
        const spec = this.#manifest.probes[id];
        const result = results.get(id);
        return spec === undefined || result === undefined ? [] : [{ id, bounds: boundsOf(spec), result }];
      }),
    );
  }

  #answered(tracker: ObjectiveTracker, option: string, verdict: Verdict, feedback: string): ObjectiveState {
    tracker.answered(option, verdict, feedback);
    this.#emit(tracker);
    return tracker.state;
  }

  #emit(tracker: ObjectiveTracker): void {
    for (const listener of [...this.#listeners]) listener(tracker.state);
  }
}

function probesOf(spec: ObjectiveSpec): readonly string[] {
  return spec.kind === 'diagnosis' ? [] : spec.probes;
}

function support(spec: Diagnosis, live: ReturnType<typeof judge>, because: string): { verdict: Verdict; feedback: string } {
  if (live.failingProbes.length > 0) {
    const shows = spec.evidence.accept.map((piece) => piece.shows).join(' ');
    return { verdict: 'fixed', feedback: because || shows };
  }
  if (live.verdict === 'could-not-check') {
    return { verdict: 'could-not-check', feedback: `Your answer could not be compared with the live system. ${live.reasons.join(' ')}` };
  }
  return {
    verdict: 'not-yet',
    feedback:
      'The live system does not show this now, so the answer cannot be accepted. Name the cause while it can be seen, before it is repaired; a reset brings it back.',
  };
}
