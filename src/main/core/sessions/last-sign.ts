import type { SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';

/**
 * When a session of an earlier host was last seen at work: its newest command or verdict, or when it was begun. What ended
 * while nobody looked ended then, and not when somebody looks: the time between was not practised.
 * @returns milliseconds since 1970
 */
export function lastSignOf(store: Store, { id, startedAt, acknowledgedAt }: SessionRecord): number {
  const command = store.commands.ofSession(id).at(-1);
  const ended = command === undefined ? 0 : command.startedAt + (command.durationMs ?? 0);
  return Math.max(startedAt, acknowledgedAt ?? 0, ended, ...store.verdicts.current(id).map(({ at }) => at));
}
