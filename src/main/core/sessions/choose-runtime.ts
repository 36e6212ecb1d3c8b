/** Where a session runs, unless the learner has said it. */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { RuntimeKind } from '../../../shared/contract/values.ts';
import type { Caller } from '../core.ts';
import type { Lab } from '../labs/lab.ts';
import type { Runtime } from '../runtime/runtime.ts';

interface Choice {
  readonly runtimes: Readonly<Record<RuntimeKind, Runtime>>;
  /** By the settings. */
  readonly preferred: 'auto' | RuntimeKind;
  readonly caller: Caller;
  readonly lab: Lab;
  /** By the learner; then no other one will do. */
  readonly wanted: RuntimeKind | undefined;
}

/**
 * @throws OpsLabError `not-allowed` for the shell runtime of somebody who does not sit at this machine; `runtime-unavailable` with the
 *   reason of each runtime
 */
export async function chooseRuntime({ runtimes, preferred, caller, lab, wanted }: Choice): Promise<RuntimeKind> {
  const shellAllowed = caller.loopback && caller.role === 'local';
  if (wanted === 'shell' && !shellAllowed)
    throw new OpsLabError('not-allowed', 'The shell runtime is only for the person at this machine.');
  const order: RuntimeKind[] = wanted !== undefined ? [wanted] : preferred === 'shell' ? ['shell', 'docker'] : ['docker', 'shell'];
  const reasons: string[] = [];
  for (const kind of order) {
    if (lab.manifest.runtimes[kind] === undefined) {
      reasons.push(`This lab has no ${kind} runtime.`);
      continue;
    }
    if (kind === 'shell' && !shellAllowed) continue;
    const { available, reason } = await runtimes[kind].availability(lab);
    if (available) return kind;
    reasons.push(reason);
  }
  throw new OpsLabError('runtime-unavailable', `${lab.manifest.title} cannot run here now. ${reasons.join(' ')}`, { labId: lab.id }, true);
}
