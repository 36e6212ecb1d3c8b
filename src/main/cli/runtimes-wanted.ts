import { didYouMean } from '../../shared/domain/did-you-mean.ts';
import type { RuntimeKind } from '../core/runtime/runtime.ts';
import { type Arguments, UsageError } from './arguments.ts';

const KINDS: readonly RuntimeKind[] = ['docker', 'shell'];

/** The runtime of --runtime, or both. @throws UsageError for another word */
export function runtimesWanted(args: Arguments): readonly RuntimeKind[] {
  const asked = args.text('runtime');
  if (asked === undefined) return KINDS;
  const kind = KINDS.find((known) => known === asked);
  if (kind === undefined) throw new UsageError(`--runtime takes docker or shell, not “${asked}”.${didYouMean(asked, KINDS)}`);
  return [kind];
}
