/** Open-loop HTTP load: requests leave on time, whether or not earlier ones were answered. */
import type { LoadFigures } from '../probe-script.ts';
import { send } from './http.ts';

export interface LoadOptions {
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
  readonly timeoutMs?: number;
}

/** A generator that falls behind by more than this, in milliseconds, measures itself and not the service. */
const LAG_LIMIT = 1_000;
/** More unanswered requests than this in background load are not added to. */
const OUTSTANDING_LIMIT = 2_000;

/** The generator was too late to measure anything. */
export class Starved extends Error {}

/** Nearest rank over sorted values. @param share from 0 to 1 */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Calls `act` for each due moment until `count` calls or until `signal` is aborted. @returns the largest delay, in milliseconds */
function pace(rate: number, count: number, signal: AbortSignal | null, act: () => void): Promise<number> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let sent = 0;
    let lag = 0;
    const tick = (): void => {
      if (signal?.aborted) {
        resolve(lag);
        return;
      }
      const now = performance.now() - begun;
      while (sent < count && (sent * 1000) / rate <= now) {
        lag = Math.max(lag, now - (sent * 1000) / rate);
        sent += 1;
        act();
      }
      if (sent >= count) resolve(lag);
      else setTimeout(tick, Math.max(0, begun + (sent * 1000) / rate - performance.now()));
    };
    tick();
  });
}

/** @throws Starved when this program did not get enough processor time to send on time */
export async function load(url: string, { rate, seconds, timeoutMs = 10_000 }: LoadOptions): Promise<LoadFigures> {
  const answers: Promise<{ status: number; error: string; ms: number }>[] = [];
  const lag = await pace(rate, Math.max(1, Math.round(rate * seconds)), null, () => {
    answers.push(send(url, { timeoutMs, keepBody: false }));
  });
  const results = await Promise.all(answers);
  if (lag > LAG_LIMIT) throw new Starved(`the load generator was ${Math.round(lag)} ms late: this machine is too busy to measure now`);
  const times = results.map(({ error, ms }) => (error === '' ? ms : timeoutMs)).sort((a, b) => a - b);
  const answered = results.filter(({ error }) => error === '').length;
  const ok = results.filter(({ status }) => status >= 200 && status < 300).length;
  const tenths = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    sent: results.length,
    answered,
    ok,
    failed: results.length - ok,
    p50: tenths(percentile(times, 0.5)),
    p90: tenths(percentile(times, 0.9)),
    p99: tenths(percentile(times, 0.99)),
    max: tenths(times.at(-1) ?? 0),
  };
}

/** Background load until `signal` is aborted; answers do not matter. */
export async function loadForever(url: string, rate: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
  let outstanding = 0;
  await pace(rate, Number.POSITIVE_INFINITY, signal, () => {
    if (outstanding >= OUTSTANDING_LIMIT) return;
    outstanding += 1;
    void send(url, { timeoutMs, keepBody: false }).then(() => {
      outstanding -= 1;
    });
  });
}
