// What is checked without running the app: types, style, and who imports whom.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run, tail } from './run.mjs';

/**
 * @typedef {{ name: string, ok: boolean, seconds: number, output: string }} CheckResult
 */

const LIMIT_MS = 5 * 60_000;

/**
 * @param {string} node
 * @param {string} logs folder for the outputs
 * @returns {Promise<CheckResult[]>} of types, lint and import rules, which run side by side
 */
export async function runChecks(node, logs) {
  const tsc = 'node_modules/typescript/bin/tsc';
  /** @type {[string, string[][]][]} each check with its commands */
  const checks = [
    [
      'types',
      ['tsconfig.node.json', 'tsconfig.web.json', 'tsconfig.e2e.json', 'tsconfig.bench.json'].map((project) => [
        tsc,
        '--noEmit',
        '-p',
        project,
      ]),
    ],
    ['lint', [['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=100']]],
    ['imports', [['scripts/check-imports.mjs']]],
  ];
  return Promise.all(
    checks.map(async ([name, commands]) => {
      const log = join(logs, `${name}.log`);
      rmSync(log, { force: true });
      const started = Date.now();
      let ok = true;
      for (const args of commands) ok = (await run(node, args, { cwd: ROOT, log, timeoutMs: LIMIT_MS })).ok && ok;
      return { name, ok, seconds: (Date.now() - started) / 1000, output: tail(log, 200) };
    }),
  );
}
