/** The machine that figures were measured on. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Machine } from './report.ts';

export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

/** @param from load at the start of the run */
export function describeMachine(from: number, browser: string, engine: string): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${release()}`,
    node: process.versions.node,
    browser,
    engine,
    load: [from, load()],
    at: new Date().toISOString(),
  };
}
