/** Proves labs: every case of every lab on every runtime, each from a fresh session. Nothing is tried twice: what is flaky is wrong. */
import { randomBytes } from 'node:crypto';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { Fix, Lab } from '../labs/lab.ts';
import { labOn } from '../labs/lab-on-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { inParallel } from './in-parallel.ts';
import type { LookForLeftovers } from './leftovers.ts';
import { type CasePlan, type ProofCase, proveCase } from './prove-case.ts';

export interface ProofReport {
  readonly ok: boolean;
  readonly cases: readonly ProofCase[];
}

export interface ProveRequest {
  readonly labs: readonly Lab[];
  readonly runtimes: readonly Runtime[];
  readonly runs: number;
  /** How many cases at a time. */
  readonly jobs: number;
  /** Further fixes by lab (`--extra`). */
  readonly extra: ReadonlyMap<string, { readonly solutions: readonly Fix[]; readonly wrong: readonly Fix[] }>;
  readonly dataDirectory: string;
  readonly leftovers: LookForLeftovers;
  /** What a case is doing, while it does it. */
  onProgress(title: string, message: string): void;
  onCase(entry: ProofCase, problems: readonly string[], done: number, of: number): void;
  readonly signal: AbortSignal;
}

/** @returns one line for people, such as `io-saturation docker solution backup-at-a-rate #1` */
export function caseTitle({
  lab,
  runtime,
  kind,
  name,
  run,
}: Pick<ProofCase, 'lab' | 'kind' | 'name' | 'run'> & { runtime: string }): string {
  return `${lab} ${runtime} ${kind === 'untouched' ? kind : `${kind} ${name}`} #${run}`;
}

function plansOf({ labs, runtimes, runs, extra }: ProveRequest): CasePlan[] {
  const plans: CasePlan[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const lab of labs) {
      const further = extra.get(lab.id);
      for (const runtime of runtimes.filter(({ kind }) => lab.manifest.runtimes[kind] !== undefined)) {
        const whole = {
          ...lab,
          solutions: [...lab.solutions, ...(further?.solutions ?? [])],
          wrong: [...lab.wrong, ...(further?.wrong ?? [])],
        };
        const here = labOn(whole, runtime.kind);
        const plan = (kind: CasePlan['kind'], name: string, fix: Fix | null): CasePlan => ({ lab: here, runtime, run, kind, name, fix });
        plans.push(plan('untouched', 'untouched', null));
        plans.push(...here.solutions.map((fix) => plan('solution', fix.name, fix)));
        plans.push(...here.wrong.map((fix) => plan('wrong', fix.name, fix)));
      }
    }
  }
  return plans;
}

/**
 * @returns the plans in the order in which they are taken: labs and runtimes in turns. What runs at the same time is then different
 *   work, and not the same processor-bound lab on every core.
 */
function taking(plans: readonly CasePlan[]): CasePlan[] {
  const taken = new Map<string, number>();
  const turns = plans.map((plan) => {
    const group = `${plan.run} ${plan.lab.id} ${plan.runtime.kind}`;
    const turn = taken.get(group) ?? 0;
    taken.set(group, turn + 1);
    return { plan, turn };
  });
  return turns.sort((a, b) => a.plan.run - b.plan.run || a.turn - b.turn).map(({ plan }) => plan);
}

/**
 * @returns the report; `ok` only when there was at least one case and every one is as expected
 * @throws OpsLabError `runtime-unavailable` when a runtime that is to be proven cannot be used here, `cancelled` by the signal
 */
export async function prove(request: ProveRequest): Promise<ProofReport> {
  const plans = plansOf(request);
  await requireAvailable(plans);
  const learnerId = randomBytes(16).toString('hex');
  const results = new Map<CasePlan, ProofCase>();
  try {
    await inParallel(taking(plans), request.jobs, async (plan) => {
      request.signal.throwIfAborted();
      const title = caseTitle({ ...plan, lab: plan.lab.id, runtime: plan.runtime.kind });
      const { entry, problems } = await proveCase(plan, {
        ...request,
        learnerId,
        onProgress: (message) => request.onProgress(title, message),
      });
      results.set(plan, entry);
      request.onCase(entry, problems, results.size, plans.length);
    });
  } catch (error) {
    if (request.signal.aborted) throw new OpsLabError('cancelled', 'The proof was cancelled; what it had started is removed.');
    throw error;
  }
  const cases = plans.flatMap((plan) => results.get(plan) ?? []);
  return { ok: cases.length > 0 && cases.length === plans.length && cases.every(({ ok }) => ok), cases };
}

async function requireAvailable(plans: readonly CasePlan[]): Promise<void> {
  const seen = new Set<string>();
  for (const { lab, runtime } of plans) {
    const key = `${runtime.kind} ${lab.id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { available, reason } = await runtime.availability(lab);
    if (!available) {
      throw new OpsLabError(
        'runtime-unavailable',
        `${lab.id} cannot be proven on the ${runtime.kind} runtime. ${reason} --runtime proves on the other one alone.`,
      );
    }
  }
}
