import type { ProcessFacts } from '../runtime/runtime.ts';

/** What container engines start as process 1 when `init: true`; it only hands signals on. */
const INITS = new Set(['docker-init', 'tini', 'catatonit', 'dumb-init', 'init']);

function isInit({ command }: ProcessFacts): boolean {
  return INITS.has((command[0] ?? '').split('/').at(-1) ?? '');
}

/** The process that a service is: the oldest one that no other process of the service started, init aside. Null when there is none. */
export function mainProcess(processes: readonly ProcessFacts[]): ProcessFacts | null {
  const own = processes.filter((process) => !isInit(process));
  const pids = new Set(own.map(({ pid }) => pid));
  const roots = own.filter(({ parentPid }) => !pids.has(parentPid));
  return roots.toSorted((a, b) => a.startedAt - b.startedAt || a.pid - b.pid)[0] ?? null;
}
