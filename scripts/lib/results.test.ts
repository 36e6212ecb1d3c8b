import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closingLine, counts, fromReport, isGood, notRun, readPlaywright, readProofs, readVitest, sum } from './results.mjs';

const fine = { ok: true, message: 'exit code 0' };
const bad = { ok: false, message: 'exit code 1' };

describe('the closing line', () => {
  test('sums all suites', () => {
    const total = sum([counts({ passed: 3 }), counts({ passed: 1, failed: 2, skipped: 4, notes: ['x'] })]);
    expect(closingLine(total)).toBe('4 passed, 2 failed, 4 skipped');
    expect(total.notes).toEqual(['x']);
  });

  test('is good only when nothing failed and something ran', () => {
    expect(isGood(counts({ passed: 1, skipped: 1 }))).toBe(true);
    expect(isGood(counts({ passed: 9, failed: 1 }))).toBe(false);
    expect(isGood(counts({ skipped: 9 }))).toBe(false);
  });
});

test('a suite that cannot run is skipped, and in CI a failure', () => {
  expect(notRun({})).toEqual(counts({ skipped: 1 }));
  expect(notRun({ CI: 'false' })).toEqual(counts({ skipped: 1 }));
  expect(notRun({ CI: 'true' })).toEqual(counts({ failed: 1 }));
});

describe('the report of a tool', () => {
  let directory = '';
  let file = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ops-lab-results-'));
    file = join(directory, 'report.json');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('counts as a failure when it is missing, broken or empty', () => {
    expect(fromReport(file, bad, readVitest)).toMatchObject({ passed: 0, failed: 1 });
    writeFileSync(file, '{"testResults": [');
    expect(fromReport(file, fine, readVitest)).toMatchObject({ passed: 0, failed: 1 });
    writeFileSync(file, '{"testResults": []}');
    expect(fromReport(file, fine, readVitest).notes).toEqual(['the suite has no test']);
  });

  test('counts a failure more when the tool failed though its tests passed', () => {
    writeFileSync(file, JSON.stringify({ cases: [{ ok: true, leaks: [] }] }));
    expect(fromReport(file, fine, readProofs)).toMatchObject({ passed: 1, failed: 0 });
    expect(fromReport(file, bad, readProofs)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('of vitest: tests by state, and a file that did not load as one failure', () => {
    const assertionResults = ['passed', 'failed', 'pending', 'todo'].map((status) => ({
      status,
      fullName: status,
      failureMessages: ['why\nat'],
    }));
    const report = {
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults },
        { name: 'b.test.ts', status: 'failed', message: 'SyntaxError: x\nat', assertionResults: [] },
      ],
    };
    expect(readVitest(report)).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
      notes: ['a.test.ts: failed: why', 'b.test.ts: SyntaxError: x'],
    });
  });

  test('of Playwright: flaky tests pass and are named', () => {
    const failing = { status: 'unexpected', projectName: 'web', results: [{ error: { message: 'no\nstack' } }] };
    const flaky = { status: 'flaky', projectName: 'web', results: [{}, {}] };
    const report = {
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 },
      suites: [{ title: 'x.spec.ts', specs: [], suites: [{ title: 'group', specs: [{ title: 'works', tests: [failing, flaky] }] }] }],
      errors: [{ message: 'no config' }],
    };
    const result = readPlaywright(report);
    expect(result).toMatchObject({ passed: 6, failed: 2, skipped: 2 });
    expect(result.notes[0]).toBe('[web] x.spec.ts > group > works: no');
    expect(result.notes[1]).toMatch(/^flaky: /);
  });

  test('of the proofs: a case that leaves something behind has failed', () => {
    const proof = { lab: 'l', runtime: 'shell', kind: 'solution', name: 'n', expected: 'fixed', got: 'fixed', ok: true };
    const result = readProofs({
      cases: [
        { ...proof, leaks: [] },
        { ...proof, leaks: ['process 7'] },
      ],
    });
    expect(result).toMatchObject({
      passed: 1,
      failed: 1,
      notes: ['l shell solution n: expected fixed, got fixed, left behind: process 7'],
    });
  });
});
