import { expect, test } from 'vitest';
import { figureOf, figureTable, machineLine, notMeasured, table } from './report.ts';

const measured = { name: 'keystroke_p50', unit: 'ms', value: 2.2222, floor: 2, limits: { atMostFloors: 1.2 } };

test('a figure is judged by its unrounded ratio to the floor', () => {
  expect(figureOf(measured)).toEqual({
    name: 'keystroke_p50',
    unit: 'ms',
    value: 2.22,
    floor: 2,
    ratio: 1.11,
    aim: '<= 1.2 x floor',
    ok: true,
  });
  expect(figureOf({ ...measured, value: 2.402 })).toMatchObject({ ratio: 1.2, ok: false });
});

test('of several aims all have to hold', () => {
  const click = { name: 'click_to_prompt_p50', unit: 'ms', value: 1100, floor: 1000, limits: { atMostFloors: 1.5, atMost: 1000 } };
  expect(figureOf(click)).toMatchObject({ aim: '<= 1.5 x floor, <= 1000 ms', ok: false });
  expect(figureOf({ ...click, value: 900 }).ok).toBe(true);
  expect(figureOf({ ...click, value: 900, floor: 500 }).ok).toBe(false);
});

test('more is better for throughput', () => {
  const cat = { name: 'cat_50mb', unit: 'MB/s', value: 14, floor: 15, limits: { atLeastFloors: 0.95 } };
  expect(figureOf(cat)).toMatchObject({ aim: '>= 0.95 x floor', ratio: 0.933, ok: false });
  expect(figureOf({ ...cat, value: 16 }).ok).toBe(true);
});

test('a floor of nothing gives no ratio, and an aim in floors then does not hold', () => {
  expect(figureOf({ ...measured, floor: 0 })).toMatchObject({ ratio: null, ok: false });
  expect(figureOf({ ...measured, floor: 0, limits: { atMost: 5 } })).toMatchObject({ ratio: null, ok: true });
});

test('the table is Markdown whose columns line up, and says what could not be measured', () => {
  const lines = figureTable([figureOf(measured), notMeasured('gate_ps', 'there is no engine | here')]).split('\n');
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines[2]).toMatch(/^\| keystroke_p50 \| 2\.22 +\| 2 +\| ms +\| 1\.11 +\| <= 1\.2 x floor +\| yes \|$/);
  expect(lines[3]).toContain('not measured: there is no engine \\| here');
  expect(lines[3]).toMatch(/\| NO +\|$/);
});

test('a line end in a cell does not end the row', () => {
  expect(table(['a'], [['one\ntwo']]).split('\n')).toHaveLength(3);
});

test('the machine is one line', () => {
  const line = machineLine({
    cpu: 'EPYC',
    cores: 2,
    memoryGiB: 24,
    system: 'linux 6.18',
    node: '24.21.0',
    browser: 'Chromium 156',
    engine: 'Docker 20.10',
    load: [0.1, 2.3],
    at: '2026-11-25T00:00:00.000Z',
  });
  expect(line).toBe('2026-11-25T00:00:00.000Z: 2 x EPYC, 24 GiB, linux 6.18, Node 24.21.0, Chromium 156, Docker 20.10; load 0.1 to 2.3');
});
