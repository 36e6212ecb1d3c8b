/** Restarts a service again and again, as an operator would, and takes the time until it listens. */
import type { Measures } from '../../../shared/domain/verdict.ts';
import type { RuntimeSession } from '../runtime/runtime.ts';
import { pause, untilAborted } from './deadline.ts';
import { mainProcess } from './process-tree.ts';

const LOOK_EVERY_MS = 50;

export interface RestartCycles {
  readonly service: string;
  readonly port: number;
  readonly cycles: number;
  readonly 'listen-within-ms': number;
}

/**
 * @returns `slowestMs` from the end of the restart until the port listens (of a cycle that never listened: how long was
 * waited), `late` cycles that took longer than allowed, `listeners` on the port at the end, `newProcess` 1 when the
 * last listener belongs to a process that each restart renewed
 */
export async function restartCycles(spec: RestartCycles, session: RuntimeSession, signal: AbortSignal): Promise<Measures> {
  const allowed = spec['listen-within-ms'];
  // A cycle that is late is waited for somewhat longer, to tell slow from never without using up the probe's time.
  const patience = Math.max(2 * allowed, 2000);
  let slowestMs = 0;
  let late = 0;
  let listeners = 0;
  let renewed = true;
  for (let cycle = 0; cycle < spec.cycles; cycle++) {
    const before = mainProcess(await session.processes(spec.service, signal))?.pid ?? null;
    await untilAborted(session.restart(spec.service), signal);
    const began = performance.now();
    const seen = await waitForListener(spec, session, began + patience, signal);
    slowestMs = Math.max(slowestMs, seen.at - began);
    if (seen.listeners === 0 || seen.at - began > allowed) late++;
    listeners = seen.listeners;
    const after = mainProcess(await session.processes(spec.service, signal))?.pid ?? null;
    renewed &&= after !== null && after !== before && (seen.pid === 0 || seen.pid !== before);
  }
  return { cycles: spec.cycles, slowestMs: Math.round(slowestMs), late, listeners, newProcess: renewed ? 1 : 0 };
}

async function waitForListener(spec: RestartCycles, session: RuntimeSession, until: number, signal: AbortSignal) {
  for (;;) {
    const sockets = await session.sockets(spec.service, signal);
    const at = performance.now();
    const found = sockets.filter(({ localPort, state }) => localPort === spec.port && state.toUpperCase() === 'LISTEN');
    if (found.length > 0 || at >= until) return { at, listeners: found.length, pid: found[0]?.pid ?? 0 };
    await pause(LOOK_EVERY_MS, signal);
  }
}
