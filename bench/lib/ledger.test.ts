import { expect, test } from 'vitest';
import { countTable, endsWhereItBegan } from './ledger.ts';

const count = { name: 'descriptors', unit: '', before: 40, after: 44, tolerance: 4 };

test('a run ends where it began when nothing grew by more than its tolerance; less is no fault', () => {
  expect(endsWhereItBegan(count)).toBe(true);
  expect(endsWhereItBegan({ ...count, after: 45 })).toBe(false);
  expect(endsWhereItBegan({ ...count, after: 3 })).toBe(true);
});

test('the table names what is left', () => {
  const lines = countTable([count, { ...count, name: 'containers', after: 60 }]).split('\n');
  expect(lines[2]).toMatch(/^\| descriptors .*\| yes \|$/);
  expect(lines[3]).toMatch(/^\| containers .*\| NO +\|$/);
});
