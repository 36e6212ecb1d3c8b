import { expect, test } from 'vitest';
import { contract } from '../../shared/contract/contract.ts';
import type { Caller } from '../core/core.ts';
import { allowedRuntime, authorise, mayUseShell, RULES } from './authorise.ts';

const ALL = Object.entries(contract).flatMap(([space, calls]) => Object.keys(calls).map((name) => `${space}.${name}`));
const OWN = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const caller = (role: Caller['role'], loopback = true): Caller => ({ learnerId: OWN, role, loopback });

function outcome(by: Caller, procedure: string, input: unknown): string {
  try {
    authorise(by, procedure, input);
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('every procedure of the contract has a rule, and no rule is left over', () => {
  expect(Object.keys(RULES).sort()).toEqual([...ALL].sort());
});

test.each(ALL)('%s is decided for every role, for one own learner and another', (procedure) => {
  const rule = RULES[procedure];
  const foreign = { 'signed-in': 'allowed', local: 'not-allowed', 'own-learner': 'not-found' }[rule ?? 'local'];
  const own = rule === 'local' ? 'not-allowed' : 'allowed';
  expect(outcome(caller('local'), procedure, { learnerId: OTHER })).toBe('allowed');
  for (const role of ['learner', 'instructor'] as const) {
    expect(outcome(caller(role), procedure, { learnerId: OTHER })).toBe(foreign);
    expect(outcome(caller(role), procedure, { learnerId: OWN })).toBe(own);
    expect(outcome(caller(role), procedure, { learnerId: [OWN] })).toBe(foreign);
    expect(outcome(caller(role), procedure, null)).toBe(foreign);
  }
});

test.each(['app.__proto__', '__proto__', 'constructor', 'app.secret', ''])(
  'an unknown procedure %j is refused to everyone',
  (procedure) => {
    expect(outcome(caller('local'), procedure, {})).toBe('not-allowed');
  },
);

test('the shell runtime is only for the person at this machine', () => {
  expect(mayUseShell(caller('local', true))).toBe(true);
  for (const by of [caller('local', false), caller('learner', true), caller('instructor', true)]) {
    expect(mayUseShell(by)).toBe(false);
    expect(allowedRuntime(by, undefined)).toBe('docker');
    expect(() => allowedRuntime(by, 'shell')).toThrow(expect.objectContaining({ code: 'not-allowed' }));
  }
  expect(allowedRuntime(caller('local'), 'shell')).toBe('shell');
  expect(allowedRuntime(caller('local'), undefined)).toBeUndefined();
});
