import { expect, it } from 'vitest';
import { isBusy, noteCommand } from './running-commands.ts';

it('knows a terminal as busy from the start of a command to its end', () => {
  const row = {
    id: 1,
    sessionId: 's'.repeat(32),
    labId: 'lab',
    labTitle: 'Lab',
    terminal: 'main',
    command: 'sleep 5',
    directory: '/',
    startedAt: 0,
  };
  noteCommand({ ...row, exitCode: null, durationMs: null });
  expect(isBusy(row.sessionId, 'main')).toBe(true);
  expect(isBusy(row.sessionId, 'log')).toBe(false);
  noteCommand({ ...row, exitCode: 0, durationMs: 5000 });
  expect(isBusy(row.sessionId, 'main')).toBe(false);
});
