/** Who may call what: the one place that decides. What a caller may see of a kind is the services' matter. */
import { OpsLabError } from '../../shared/contract/errors.ts';
import type { RuntimeKind } from '../../shared/contract/values.ts';
import type { Caller } from '../core/core.ts';

/**
 * `signed-in`: every caller; what they get is their own. `local`: only the person at this machine. `own-learner`: that
 * person, or the learner whom the input names.
 */
type Rule = 'signed-in' | 'local' | 'own-learner';

/** By procedure. A procedure without a rule is refused. */
export const RULES: Readonly<Record<string, Rule>> = {
  'app.info': 'signed-in',
  'app.events': 'signed-in',
  'engine.status': 'signed-in',
  'engine.refresh': 'local',
  'engine.doctor': 'local',
  'engine.buildImage': 'local',
  'engine.cancelBuild': 'local',
  'engine.clean': 'local',
  'labs.list': 'signed-in',
  'labs.get': 'signed-in',
  'sessions.list': 'signed-in',
  'sessions.get': 'signed-in',
  'sessions.start': 'signed-in',
  'sessions.stop': 'signed-in',
  'sessions.reset': 'signed-in',
  'sessions.acknowledge': 'signed-in',
  'sessions.check': 'signed-in',
  'sessions.openHint': 'signed-in',
  'sessions.revealStory': 'signed-in',
  'sessions.showSolutions': 'local',
  'sessions.applySolution': 'local',
  'sessions.restartService': 'signed-in',
  'sessions.pin': 'signed-in',
  'sessions.unpin': 'signed-in',
  'sessions.answer': 'signed-in',
  'files.list': 'signed-in',
  'files.read': 'signed-in',
  'files.write': 'signed-in',
  'terminals.open': 'signed-in',
  'terminals.close': 'signed-in',
  'history.search': 'signed-in',
  'progress.summary': 'signed-in',
  'progress.verdicts': 'signed-in',
  'learners.list': 'signed-in',
  'learners.create': 'local',
  'learners.rename': 'own-learner',
  'learners.switchTo': 'local',
  'learners.remove': 'local',
  'learners.export': 'own-learner',
  'learners.import': 'local',
  'settings.get': 'signed-in',
  'settings.set': 'local',
};

function notHere(): OpsLabError {
  return new OpsLabError('not-allowed', 'Only the person at the machine that runs Ops Lab may do this.');
}

/**
 * @param input as it came, not validated yet
 * @throws OpsLabError `not-allowed`; `not-found` for another learner, exactly as for one that does not exist
 */
export function authorise(caller: Caller, procedure: string, input: unknown): void {
  const rule = Object.hasOwn(RULES, procedure) ? RULES[procedure] : undefined;
  if (rule === undefined) throw new OpsLabError('not-allowed', `There is no rule for ${procedure}, so nobody may call it.`);
  if (rule === 'signed-in' || caller.role === 'local') return;
  if (rule === 'local') throw notHere();
  const learnerId = typeof input === 'object' && input !== null && 'learnerId' in input ? input.learnerId : undefined;
  if (learnerId !== caller.learnerId)
    throw new OpsLabError('not-found', 'There is no such learner. The list may have changed; look again.');
}

/** Whether the caller may have processes on this very host. */
export function mayUseShell(caller: Caller): boolean {
  return caller.role === 'local' && caller.loopback;
}

/**
 * The runtime that a start may use; undefined leaves the choice to the core.
 * @throws OpsLabError `not-allowed` for the shell runtime from elsewhere
 */
export function allowedRuntime(caller: Caller, asked: RuntimeKind | undefined): RuntimeKind | undefined {
  if (mayUseShell(caller)) return asked;
  if (asked === 'shell') {
    throw new OpsLabError(
      'not-allowed',
      'The shell runtime runs programs on the machine of Ops Lab itself, so it is only for the person who sits there. Start this lab on the docker runtime.',
    );
  }
  return 'docker';
}
