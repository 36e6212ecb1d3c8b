/**
 * One measurement. Each kind of probe asks the runtime session for facts and turns them into named figures; what each
 * figure must be is decided elsewhere (shared/domain/judge.ts). When measuring fails, the result says why: it is never
 * a figure, and never the learner's failure.
 */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { Measures, ProbeResult } from '../../../shared/domain/verdict.ts';
import type { ProbeSpec } from '../labs/manifest.ts';
import type { ProcessFacts, RuntimeSession, SocketFacts } from '../runtime/runtime.ts';
import { pause, untilAborted } from './deadline.ts';
import { mainProcess } from './process-tree.ts';
import { restartCycles } from './restart-cycles.ts';

type Spec<Use extends ProbeSpec['use']> = Extract<ProbeSpec, { use: Use }>;

const MEGABYTE = 1024 * 1024;
/** `processes` looks so often, so far apart: enough for a share of time in state R without loading the engine. */
const SAMPLES = 4;
const SAMPLE_EVERY_MS = 500;

/** Why nothing could be measured, in words for a person. */
class NotMeasured extends Error {}

/**
 * Runs a probe within its own time-out.
 * @param signal ends it early; the result is then `could-not-check`
 */
export async function runProbe(spec: ProbeSpec, session: RuntimeSession, signal: AbortSignal): Promise<ProbeResult> {
  const deadline = AbortSignal.timeout(spec.timeout * 1000);
  const both = AbortSignal.any([signal, deadline]);
  try {
    const measures = await untilAborted(measure(spec, session, both), both);
    return { status: 'measured', measures };
  } catch (error) {
    return { status: 'could-not-check', reason: reasonOf(error, spec, signal, deadline) };
  }
}

function reasonOf(error: unknown, spec: ProbeSpec, signal: AbortSignal, deadline: AbortSignal): string {
  if (signal.aborted) return 'The check was cancelled.';
  if (deadline.aborted) return `“${spec.title}” was not done within ${spec.timeout} s.`;
  if (error instanceof OpsLabError || error instanceof NotMeasured) return error.message;
  return `“${spec.title}” failed: ${error instanceof Error ? error.message : String(error)}`;
}

function measure(spec: ProbeSpec, session: RuntimeSession, signal: AbortSignal): Promise<Measures> {
  switch (spec.use) {
    case 'http-load': {
      const { 'timeout-ms': timeoutMs, ...load } = spec.with;
      return session.observe({ op: 'http-load', ...load, timeoutMs }, signal);
    }
    case 'script':
      return session.observe({ op: 'script', ...spec.with }, signal);
    case 'exec':
      return session.observe({ op: 'exec', argv: spec.with.argv }, signal);
    case 'service-state':
      return serviceState(spec, session);
    case 'descriptors':
      return descriptors(spec, session, signal);
    case 'processes':
      return processes(spec, session, signal);
    case 'sockets':
      return session.sockets(spec.with.service, signal).then((found) => socketFigures(found, spec.with.port));
    case 'restart-cycles':
      return restartCycles(spec.with, session, signal);
  }
}

async function serviceState(spec: Spec<'service-state'>, session: RuntimeSession): Promise<Measures> {
  const { service } = spec.with;
  const status = (await session.services()).find(({ name }) => name === service);
  if (status === undefined) throw new NotMeasured(`The session has no service ${service}.`);
  return {
    running: status.state === 'running' ? 1 : 0,
    restarts: status.restarts,
    outOfMemory: status.outOfMemory ? 1 : 0,
    ...(status.exitCode === null ? {} : { exitCode: status.exitCode }),
  };
}

async function runningProcesses(service: string, session: RuntimeSession, signal: AbortSignal): Promise<ProcessFacts[]> {
  const found = await session.processes(service, signal);
  if (mainProcess(found) === null) throw new NotMeasured(`The service ${service} does not run now, so it has no process to look at.`);
  return found;
}

async function descriptors(spec: Spec<'descriptors'>, session: RuntimeSession, signal: AbortSignal): Promise<Measures> {
  const found = await runningProcesses(spec.with.service, session, signal);
  const main = mainProcess(found);
  const counts = found.map((process) => process.descriptors);
  if (main === null || counts.some((count) => !(count >= 0))) {
    throw new NotMeasured(`The descriptors of ${spec.with.service} could not be read.`);
  }
  return {
    count: main.descriptors,
    total: counts.reduce((sum, count) => sum + count, 0),
    softLimit: main.softDescriptorLimit,
    hardLimit: main.hardDescriptorLimit,
  };
}

async function processes(spec: Spec<'processes'>, session: RuntimeSession, signal: AbortSignal): Promise<Measures> {
  const looks: { at: number; facts: ProcessFacts[] }[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    if (sample > 0) await pause(SAMPLE_EVERY_MS, signal);
    const facts = await runningProcesses(spec.with.service, session, signal);
    looks.push({ at: performance.now(), facts });
  }
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) throw new NotMeasured('Nothing was sampled.');
  const before = new Map(first.facts.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const cpuMs = last.facts.reduce((sum, process) => sum + Math.max(0, process.cpuMs - (before.get(process.pid) ?? 0)), 0);
  const total = (pick: (process: ProcessFacts) => number) => last.facts.reduce((sum, process) => sum + pick(process), 0);
  return {
    count: last.facts.length,
    threads: total(({ threads }) => threads),
    residentMb: total(({ residentBytes }) => residentBytes) / MEGABYTE,
    peakResidentMb: total(({ peakResidentBytes }) => peakResidentBytes) / MEGABYTE,
    cpuPercent: (100 * cpuMs) / Math.max(1, last.at - first.at),
    runningShare: looks.filter(({ facts }) => mainProcess(facts)?.state.startsWith('R')).length / looks.length,
  };
}

/** ss, /proc and netstat write the same state in different ways. */
function stateName(state: string): string {
  const name = state.toUpperCase().replace(/[- ]/g, '_');
  return name === 'ESTAB' ? 'ESTABLISHED' : name;
}

/** @returns how many sockets with this local port are in each state that labs have bounds for */
export function socketFigures(sockets: readonly SocketFacts[], port: number): Measures {
  const here = sockets.filter(({ localPort }) => localPort === port).map(({ state }) => stateName(state));
  const count = (state: string) => here.filter((found) => found === state).length;
  return { listeners: count('LISTEN'), established: count('ESTABLISHED'), closeWait: count('CLOSE_WAIT'), timeWait: count('TIME_WAIT') };
}
