import { expect, test } from 'vitest';
import { hintId, nextHint } from './hints.ts';
import { pointsLeft } from './points.ts';
import { canMove, isLive } from './session-state.ts';
import { storyPartState } from './story.ts';

const untouched = { commandRun: false, named: false, fixed: false, assisted: false, revealed: [] };

test('points start at 100 and never fall below 0', () => {
  expect(pointsLeft([])).toBe(100);
  expect(pointsLeft([5, 10])).toBe(85);
  expect(pointsLeft([60, 60])).toBe(0);
});

test('a hint that depends on a probe is offered only while that probe fails', () => {
  const ladder = [{ id: hintId('repair', 0) }, { id: hintId('repair', 1), whenFailing: 'burst' }, { id: hintId('repair', 2) }];
  expect(nextHint(ladder, [], [])).toBe('repair.1');
  expect(nextHint(ladder, ['repair.1'], ['burst'])).toBe('repair.2');
  expect(nextHint(ladder, ['repair.1'], [])).toBe('repair.3');
  expect(nextHint(ladder, ['repair.1', 'repair.2', 'repair.3'], [])).toBeNull();
});

test('story parts open in the order of what the learner reached', () => {
  expect(storyPartState('symptoms', untouched).open).toBe(true);
  expect(storyPartState('investigation', untouched)).toEqual({ open: false, revealed: false, opensWhen: 'Opens with your first command.' });
  expect(storyPartState('investigation', { ...untouched, commandRun: true }).open).toBe(true);
  expect(storyPartState('root-cause', { ...untouched, named: true }).open).toBe(true);
  expect(storyPartState('fix', { ...untouched, named: true }).open).toBe(false);
  expect(storyPartState('fix', { ...untouched, fixed: true }).open).toBe(true);
});

test('a part opened early is marked as revealed until it would have opened by itself', () => {
  expect(storyPartState('fix', { ...untouched, revealed: ['fix'] })).toEqual({ open: true, revealed: true, opensWhen: '' });
  expect(storyPartState('fix', { ...untouched, fixed: true, revealed: ['fix'] }).revealed).toBe(false);
});

test('a stopped session never runs again, a lost one may be stopped', () => {
  expect(canMove('stopped', 'running')).toBe(false);
  expect(canMove('lost', 'stopping')).toBe(true);
  expect(isLive('stopped')).toBe(false);
  expect(isLive('lost')).toBe(true);
});
