import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { ProgressService } from '../core.ts';
import { betterVerdict, type SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';

type LabProgress = ReturnType<ProgressService['summary']>['labs'][number];

function smallest(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : Math.min(...numbers);
}

/**
 * What one lab's sessions add up to. Best time and points count only what was solved without help from a solution.
 * @param sessions of one lab, newest first; at least one
 * @param hints how many hints were opened in all of them
 */
function summarise(sessions: readonly [SessionRecord, ...SessionRecord[]], hints: number): LabProgress {
  const solved = sessions.filter((session) => session.solvedMs !== null);
  const unassisted = solved.filter((session) => !session.assisted);
  return {
    labId: sessions[0].labId,
    labTitle: sessions[0].labTitle,
    attempts: sessions.length,
    best: sessions.reduce((best: SessionRecord['bestVerdict'], session) => betterVerdict(best, session.bestVerdict), null),
    bestMs: smallest(unassisted.map((session) => session.solvedMs)),
    bestPoints: unassisted.length === 0 ? null : Math.max(...unassisted.map((session) => session.points)),
    assisted: solved.length > 0 && unassisted.length === 0,
    hints,
    lastAt: sessions[0].startedAt,
  };
}

/**
 * The caller's own progress.
 * @param now milliseconds since 1970; sessions that still run count up to it
 */
export function createProgressService(store: Store, now: () => number = Date.now): ProgressService {
  return {
    summary: (caller) => {
      const sessions = store.sessions.ofLearner(caller.learnerId);
      const byLab = new Map<string, [SessionRecord, ...SessionRecord[]]>();
      for (const session of sessions) {
        const others = byLab.get(session.labId);
        if (others === undefined) byLab.set(session.labId, [session]);
        else others.push(session);
      }
      const labs = [...byLab.values()].map((ofLab) => {
        const hints = ofLab.reduce((sum, session) => sum + store.hints.ofSession(session.id).length, 0);
        return summarise(ofLab, hints);
      });
      const practisedMs = sessions.reduce((sum, session) => {
        if (session.acknowledgedAt === null) return sum;
        return sum + Math.max(0, (session.endedAt ?? now()) - session.acknowledgedAt);
      }, 0);
      return { labs, commands: store.commands.count(caller.learnerId), practisedMs };
    },
    verdicts: (caller, sessionId) => {
      const session = store.sessions.get(sessionId);
      if (session === null || session.learnerId !== caller.learnerId) {
        throw new OpsLabError('not-found', 'There is no such session. It may have been removed together with its learner.', { sessionId });
      }
      return store.verdicts
        .history(sessionId)
        .map(({ objective, verdict, at, measurements }) => ({ objective, verdict, at, measurements: [...measurements] }));
    },
  };
}
