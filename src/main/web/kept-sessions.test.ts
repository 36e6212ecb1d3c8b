import { expect, test } from 'vitest';
import { keptSessions } from './kept-sessions.ts';

test.each([
  [1, '/data/ops-lab', '/data/ops-lab', '1 session keeps running: start Ops Lab again to go on, or end them with npm run lab -- clean'],
  [
    2,
    '/tmp/x-2',
    '/tmp/x',
    '2 sessions keep running: start Ops Lab again to go on, or end them with npm run lab -- clean --data-dir /tmp/x-2',
  ],
  [
    1,
    '/Users/a/Ops Lab-2',
    '/Users/a/Ops Lab',
    '1 session keeps running: start Ops Lab again to go on, or end them with npm run lab -- clean --data-dir "/Users/a/Ops Lab-2"',
  ],
])('%i kept in %s, where %s is usual', (count, dataDirectory, usual, sentence) => {
  expect(keptSessions(count, dataDirectory, usual)).toBe(sentence);
});
