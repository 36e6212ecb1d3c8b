// What the test tools say, as numbers: passed, failed, skipped. A suite that ran nothing, or a tool that died, counts as failed.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Counts `notes`: one line per failure or remark
 */

/** @param {Partial<Counts>} [counts] @returns {Counts} */
export function counts({ passed = 0, failed = 0, skipped = 0, notes = [] } = {}) {
  return { passed, failed, skipped, notes };
}

/**
 * A suite for which this machine lacks something.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Counts} skipped; in CI, where everything has to run, failed
 */
export function notRun(env) {
  return env.CI === 'true' ? counts({ failed: 1 }) : counts({ skipped: 1 });
}

/** @param {Counts[]} all @returns {Counts} */
export function sum(all) {
  return all.reduce(
    (total, each) =>
      counts({
        passed: total.passed + each.passed,
        failed: total.failed + each.failed,
        skipped: total.skipped + each.skipped,
        notes: [...total.notes, ...each.notes],
      }),
    counts(),
  );
}

/** @param {Counts} total @returns {string} the last line of a test run */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** @param {Counts} total @returns {boolean} whether the run is good: nothing failed, and something ran */
export function isGood({ passed, failed }) {
  return failed === 0 && passed > 0;
}

/**
 * Adds a failure where the tool's report and its exit do not fit: it died, found an error outside of any test, or ran nothing.
 * @param {Counts} result
 * @param {{ ok: boolean, message: string }} exit how the tool ended
 * @returns {Counts}
 */
function confirm(result, { ok, message }) {
  if (!ok && result.failed === 0) return sum([result, counts({ failed: 1, notes: [`the tool failed outside of its tests: ${message}`] })]);
  if (result.passed + result.failed + result.skipped === 0) return counts({ failed: 1, notes: ['the suite has no test'] });
  return result;
}

/**
 * @param {string} file a tool's JSON report
 * @param {{ ok: boolean, message: string }} exit
 * @param {(report: any) => Counts} read
 * @returns {Counts}
 */
export function fromReport(file, exit, read) {
  if (!existsSync(file)) return counts({ failed: 1, notes: [`the tool wrote no report: ${exit.message}`] });
  let result;
  try {
    result = read(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    return counts({ failed: 1, notes: [`the report cannot be read (${error instanceof Error ? error.message : error}): ${exit.message}`] });
  }
  return confirm(result, exit);
}

/** @param {any} report of vitest's JSON reporter @returns {Counts} */
export function readVitest(report) {
  const result = counts();
  for (const file of report.testResults) {
    // A file that could not be loaded has no tests of its own.
    if (file.status === 'failed' && !file.assertionResults.some((/** @type {any} */ { status }) => status === 'failed')) {
      result.failed += 1;
      result.notes.push(`${file.name}: ${String(file.message).split('\n')[0]}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') result.passed += 1;
      else if (test.status === 'failed') {
        result.failed += 1;
        result.notes.push(`${file.name}: ${test.fullName}: ${String(test.failureMessages?.[0] ?? '').split('\n')[0]}`);
      } else result.skipped += 1;
    }
  }
  return result;
}

/** @param {any} report of Playwright's JSON reporter @returns {Counts} */
export function readPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const result = counts({ passed: expected + flaky, failed: unexpected, skipped });
  /** @param {any} suite @param {string[]} titles */
  const visit = (suite, titles) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status !== 'unexpected' && test.status !== 'flaky') continue;
        const error = test.results.map((/** @type {any} */ { error: each }) => each?.message).find(Boolean);
        result.notes.push(
          `${test.status === 'flaky' ? 'flaky: ' : ''}[${test.projectName}] ${[...titles, spec.title].join(' > ')}: ${String(error ?? '').split('\n')[0]}`,
        );
      }
    }
    for (const child of suite.suites ?? []) visit(child, [...titles, child.title]);
  };
  for (const suite of report.suites) visit(suite, [suite.title]);
  for (const error of report.errors ?? []) {
    result.failed += 1;
    result.notes.push(String(error.message).split('\n')[0] ?? '');
  }
  return result;
}

/** @param {any} report of `prove --json` @returns {Counts} each case is a test; a case that left something behind has failed */
export function readProofs(report) {
  const result = counts();
  for (const each of report.cases) {
    if (each.ok && each.leaks.length === 0) {
      result.passed += 1;
      continue;
    }
    result.failed += 1;
    const leaks = each.leaks.length === 0 ? '' : `, left behind: ${each.leaks.join(', ')}`;
    result.notes.push(`${each.lab} ${each.runtime} ${each.kind} ${each.name}: expected ${each.expected}, got ${each.got}${leaks}`);
  }
  return result;
}
