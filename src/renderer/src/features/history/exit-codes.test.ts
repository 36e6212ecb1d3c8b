import { expect, it } from 'vitest';
import { exitWord } from './exit-codes.ts';

it('does not call it a failure when somebody wanted the end', () => {
  for (const exitCode of [0, 124, 130, 143]) expect(exitWord({ exitCode, durationMs: 1 }).failed, String(exitCode)).toBe(false);
  for (const exitCode of [1, 2, 127, 137]) expect(exitWord({ exitCode, durationMs: 1 }).failed, String(exitCode)).toBe(true);
});

it('tells a running command from one whose code was never seen', () => {
  expect(exitWord({ exitCode: null, durationMs: null }).short).toBe('');
  expect(exitWord({ exitCode: null, durationMs: 12 }).short).toBe('?');
});
