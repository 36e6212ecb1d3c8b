import { OpsLabError } from '../../shared/contract/errors.ts';
import type { Caller, Core } from '../core/core.ts';
import { mayUseShell } from './authorise.ts';

/**
 * For calls that reach into a session: one on the shell runtime is for the person at the machine alone, also when the
 * same learner calls from elsewhere.
 * @returns the caller, to go on with
 */
export async function callerWithin(core: Core, caller: Caller, sessionId: string): Promise<Caller> {
  if (mayUseShell(caller)) return caller;
  const { runtime } = await core.sessions.get(caller, sessionId);
  if (runtime !== 'shell') return caller;
  throw new OpsLabError(
    'not-allowed',
    'This session runs on the machine of Ops Lab itself. Only the person who sits there may work in it.',
  );
}
