/** One case of a proof: a fresh session, perhaps a fix, rounds of checks until it is decided, and nothing left behind. */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { Measures, Verdict } from '../../../shared/domain/verdict.ts';
import { Checker } from '../checks/checker.ts';
import { pause, timeout, untilAborted } from '../checks/deadline.ts';
import type { ObjectiveState } from '../checks/objective-tracker.ts';
import { applyFix } from '../labs/apply-fix.ts';
import type { Fix, Lab } from '../labs/lab.ts';
import type { Runtime, RuntimeKind, RuntimeSession } from '../runtime/runtime.ts';
import { type CaseKind, Expectation, worst } from './expectation.ts';
import type { LookForLeftovers } from './leftovers.ts';
import { makeProofSession, type ProofSession } from './proof-sessions.ts';

const READY_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 60_000;
const BETWEEN_ROUNDS_MS = 1000;
/** On top of what the probes and hold windows of the lab may take. */
const PATIENCE_MS = 45_000;

export interface CasePlan {
  readonly lab: Lab;
  readonly runtime: Runtime;
  readonly run: number;
  readonly kind: CaseKind;
  readonly name: string;
  /** null for `untouched`. */
  readonly fix: Fix | null;
}

export interface CaseEnvironment {
  readonly dataDirectory: string;
  readonly learnerId: string;
  readonly leftovers: LookForLeftovers;
  /** One sentence about what is going on. */
  onProgress(message: string): void;
  readonly signal: AbortSignal;
}

/** What was measured of one objective in its last round. */
export interface ObjectiveMeasurement {
  readonly verdict: Verdict | null;
  readonly expected: Verdict | null;
  /** By `probe.figure`. */
  readonly figures: Measures;
  readonly reasons: readonly string[];
}

/** One entry of the report (docs/lab-authoring.md). */
export interface ProofCase {
  readonly lab: string;
  readonly runtime: RuntimeKind;
  readonly run: number;
  readonly kind: CaseKind;
  readonly name: string;
  readonly expected: Verdict;
  readonly got: Verdict;
  readonly ok: boolean;
  readonly seconds: number;
  readonly readySeconds: number;
  readonly measurements: Readonly<Record<string, ObjectiveMeasurement>>;
  readonly leaks: readonly string[];
}

interface Outcome {
  states: readonly ObjectiveState[];
  /** Why it is not as expected, for people; empty when it is. */
  problems: string[];
  readySeconds: number;
}

const seconds = (ms: number) => Math.round(ms / 100) / 10;

function expectedOf({ lab, fix }: CasePlan): ReadonlyMap<string, Verdict> {
  if (fix !== null) return new Map(Object.entries(fix.spec.expect));
  return new Map(lab.manifest.objectives.filter(({ kind }) => kind === 'repair').map(({ id }) => [id, 'not-yet']));
}

/** How long a case may take after it was applied, in milliseconds: twice what the objectives of which something is expected may take. */
function limitMs({ lab }: CasePlan, expected: ReadonlyMap<string, Verdict>): number {
  const objectives = lab.manifest.objectives.flatMap((objective) =>
    objective.kind === 'repair' && expected.has(objective.id) ? [objective] : [],
  );
  const probes = new Set(objectives.flatMap((objective) => objective.probes));
  const probing = [...probes].reduce((sum, name) => sum + (lab.manifest.probes[name]?.timeout ?? 0), 0);
  return PATIENCE_MS + 1000 * (2 * probing + 2 * Math.max(0, ...objectives.map(({ hold }) => hold)));
}

/** @returns the case's entry in the report, and why it is not ok. @throws OpsLabError `cancelled`, after everything was removed */
export async function proveCase(plan: CasePlan, environment: CaseEnvironment): Promise<{ entry: ProofCase; problems: readonly string[] }> {
  const began = performance.now();
  const expected = expectedOf(plan);
  const outcome: Outcome = { states: [], problems: [], readySeconds: 0 };
  const proof = await makeProofSession(environment.dataDirectory);
  let leaks: string[];
  try {
    await practise(plan, expected, proof, environment, outcome);
  } catch (error) {
    if (!environment.signal.aborted) outcome.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    leaks = await environment
      .leftovers(proof.id, proof.folder)
      .catch((error: unknown) => [`could not look for leftovers: ${String(error)}`]);
  }
  if (environment.signal.aborted) throw new OpsLabError('cancelled', 'The proof was cancelled.');
  const { lab, runtime, run, kind, name } = plan;
  const shown = outcome.states.filter(({ id }) => expected.has(id)).map(({ verdict }) => verdict);
  const entry: ProofCase = {
    lab: lab.id,
    runtime: runtime.kind,
    run,
    kind,
    name,
    expected: worst([...expected.values()]),
    got: shown.length === 0 ? 'could-not-check' : worst(shown),
    ok: outcome.problems.length === 0 && leaks.length === 0,
    seconds: seconds(performance.now() - began),
    readySeconds: outcome.readySeconds,
    measurements: Object.fromEntries(outcome.states.map((state) => [state.id, measurementOf(state, expected.get(state.id) ?? null)])),
    leaks,
  };
  return { entry, problems: [...outcome.problems, ...leaks.map((leak) => `left behind: ${leak}`)] };
}

function measurementOf(state: ObjectiveState, expected: Verdict | null): ObjectiveMeasurement {
  const figures = (state.assessment?.measurements ?? []).map(({ probe, measure, value }) => [`${probe}.${measure}`, value] as const);
  return { verdict: state.verdict, expected, figures: Object.fromEntries(figures), reasons: state.assessment?.reasons ?? [] };
}

/** From start to tear-down. What was reached is left in `outcome`, whatever happens. */
async function practise(
  plan: CasePlan,
  expected: ReadonlyMap<string, Verdict>,
  proof: ProofSession,
  environment: CaseEnvironment,
  outcome: Outcome,
): Promise<void> {
  const { lab, runtime, fix } = plan;
  const { signal, onProgress } = environment;
  const began = performance.now();
  let session: RuntimeSession | null = null;
  let checker: Checker | null = null;
  try {
    session = await runtime.start({ sessionId: proof.id, learnerId: environment.learnerId, lab, folder: proof.folder, onProgress, signal });
    await untilAborted(session.ready, AbortSignal.any([signal, timeout(READY_TIMEOUT_MS, 'The services were not up')]));
    await session.startLoad();
    outcome.readySeconds = seconds(performance.now() - began);
    if (fix !== null) {
      onProgress(`applying ${fix.name}`);
      await applyFix(session, fix, signal);
    }
    checker = new Checker({ manifest: lab.manifest, session });
    await decide(plan, checker, expected, environment, outcome);
    if (plan.kind === 'untouched') await checkDiagnoses(lab, checker, outcome);
  } finally {
    await checker?.close();
    const left = session === null ? [] : await stop(session);
    outcome.problems.push(...left.map((item) => `could not be removed: ${item}`));
    // The folder is what tells the next sweep of what is left.
    if (left.length === 0) await proof.remove();
  }
}

/** Tear-down goes on when the proof is cancelled; it has a time-out of its own. */
async function stop(session: RuntimeSession): Promise<string[]> {
  try {
    return await untilAborted(session.stop(), timeout(STOP_TIMEOUT_MS, 'Tear-down was not done'));
  } catch (error) {
    return [`the session: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function decide(
  plan: CasePlan,
  checker: Checker,
  expected: ReadonlyMap<string, Verdict>,
  { signal, onProgress }: CaseEnvironment,
  outcome: Outcome,
): Promise<void> {
  const expectation = new Expectation(plan.kind, expected);
  const until = performance.now() + limitMs(plan, expected);
  const stopChecking = () => void checker.close();
  signal.addEventListener('abort', stopChecking, { once: true });
  try {
    for (;;) {
      const began = performance.now();
      // Of the others nothing is expected: measuring them would only take time.
      outcome.states = await checker.checkNow(...expected.keys());
      const ended = performance.now();
      const decision = expectation.look(outcome.states, { began, ended });
      onProgress(outcome.states.flatMap(({ id, verdict }) => (expected.has(id) ? [`${id}: ${verdict}`] : [])).join(', '));
      if (decision === 'as-expected') return;
      if (typeof decision === 'object') {
        outcome.problems.push(decision.wrong);
        return;
      }
      if (ended > until) {
        outcome.problems.push(...missed(outcome.states, expected));
        return;
      }
      await pause(BETWEEN_ROUNDS_MS, signal);
    }
  } finally {
    signal.removeEventListener('abort', stopChecking);
  }
}

function missed(states: readonly ObjectiveState[], expected: ReadonlyMap<string, Verdict>): string[] {
  return states.flatMap(({ id, verdict, assessment }) => {
    const wanted = expected.get(id);
    if (wanted === undefined) return [];
    const reasons = assessment?.reasons.join(' ') ?? '';
    return [`${id}: ${verdict ?? 'never measured'}, expected ${wanted} (kept long enough)${reasons === '' ? '' : `. ${reasons}`}`];
  });
}

/** A diagnosis whose live system does not show it could never be answered. */
async function checkDiagnoses(lab: Lab, checker: Checker, outcome: Outcome): Promise<void> {
  for (const objective of lab.manifest.objectives) {
    if (objective.kind !== 'diagnosis' || (await checker.isSupported(objective.id))) continue;
    outcome.problems.push(
      `${objective.id}: the probe ${objective['supported-by'].probe} does not fail on the untouched lab, so no answer could be accepted`,
    );
  }
}
