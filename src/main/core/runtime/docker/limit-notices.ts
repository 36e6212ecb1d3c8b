import type { EngineDetails } from '../../engine/engine.ts';

const NAMES = { memory: 'memory', pids: 'the number of processes', cpu: 'processor time' } as const;

/** What a learner has to know about an engine whose cgroup controllers cannot limit everything; sentences, none when it can. */
export function limitNotices(limits: EngineDetails['limits']): string[] {
  const missing = (['memory', 'pids', 'cpu'] as const).filter((limit) => !limits[limit]).map((limit) => NAMES[limit]);
  if (missing.length === 0) return [];
  return [
    `This engine cannot limit ${missing.join(' or ')}: its cgroup controllers are missing. What the lab is about may not show, and a program that runs away is not held. The engine screen says how to mend that.`,
  ];
}
