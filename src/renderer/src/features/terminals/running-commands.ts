/** Which terminals have a command running, as far as the core's events have told this page. */
import type { CommandRow } from '../../../../shared/contract/values.ts';

const running = new Map<number, string>();

function place(sessionId: string, terminal: string): string {
  return `${sessionId} ${terminal}`;
}

export function noteCommand(row: CommandRow): void {
  const ended = row.durationMs !== null || row.exitCode !== null;
  if (ended) running.delete(row.id);
  else running.set(row.id, place(row.sessionId, row.terminal));
}

/** Whether a terminal of this name has a command running. Several terminals of one name count as one. */
export function isBusy(sessionId: string, terminal: string): boolean {
  const key = place(sessionId, terminal);
  for (const where of running.values()) if (where === key) return true;
  return false;
}
