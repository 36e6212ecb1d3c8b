import { expect, it } from 'vitest';
import type { LabList } from '../../connection/client.ts';
import { problemPlace } from './lab-problems.tsx';
import { filterLabs, labState, scoringWords } from './lab-state.ts';

type Lab = LabList['labs'][number];

const lab = (part: Partial<Lab>): Lab => ({
  id: 'a-lab',
  title: 'A lab',
  summary: '',
  level: 'beginner',
  minutes: 10,
  concepts: [],
  resource: '',
  thirdParty: false,
  page: { severity: 'P2', text: '' },
  objectives: [],
  hintCosts: [],
  runtimes: [{ kind: 'shell', available: true, reason: '' }],
  state: 'new',
  liveSessionId: null,
  bestMs: null,
  bestPoints: null,
  ...part,
});

it('filters by state and by every word, wherever it stands', () => {
  const labs = [
    lab({ id: 'one', title: 'Event loop frozen', concepts: ['strace'] }),
    lab({ id: 'two', title: 'Too many open files', state: 'fixed', resource: 'Descriptors' }),
  ];
  expect(filterLabs(labs, 'open', '').map(({ id }) => id)).toEqual(['one']);
  expect(filterLabs(labs, 'fixed', '').map(({ id }) => id)).toEqual(['two']);
  expect(filterLabs(labs, 'all', 'LOOP strace').map(({ id }) => id)).toEqual(['one']);
  expect(filterLabs(labs, 'all', 'loop descriptors')).toEqual([]);
});

it('says when a lab cannot run here', () => {
  expect(labState(lab({ runtimes: [{ kind: 'docker', available: false, reason: 'x' }] })).detail).toBe('cannot run here now');
  expect(labState(lab({ state: 'mitigated' })).detail).toBe('will recur');
});

it('names the place of a problem as far as it is known', () => {
  expect(problemPlace({ file: 'lab.yaml', line: 3, column: 7 })).toBe('lab.yaml:3:7');
  expect(problemPlace({ file: 'lab.yaml', line: 3, column: 0 })).toBe('lab.yaml:3');
  expect(problemPlace({ file: 'lab.yaml', line: 0, column: 0 })).toBe('lab.yaml');
});

it('says what hints cost without a list of them', () => {
  expect(scoringWords([])).toBe('100 points. No hints.');
  expect(scoringWords([0, 0])).toBe('100 points. All hints are free.');
  expect(scoringWords([10])).toBe('100 points. 1 hint, at 10 each.');
  expect(scoringWords([0, 5, 10, 25, 0, 5, 25])).toBe('100 points. 7 hints, 2 of them free, the others 5 to 25 each.');
});
