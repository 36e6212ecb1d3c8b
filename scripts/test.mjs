// npm test: from a fresh clone to 'N passed, N failed, N skipped'.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { engineAnswers, leaseEngine } from './lib/engine-lease.mjs';
import { interruptCode, interrupted } from './lib/interrupt.mjs';
import { helpText, parseOptions } from './lib/options.mjs';
import { toolsDirectory } from './lib/paths.mjs';
import { provision, provisionObstacle, withSystemPath } from './lib/provision.mjs';
import { closingLine, counts, isGood, notRun, sum } from './lib/results.mjs';
import { tail } from './lib/run.mjs';
import { explain, runMain, StepError, say, UsageError } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';
import { hasBrowser, logOf, SUITES } from './lib/suites.mjs';

/** @typedef {import('./lib/results.mjs').Counts} Counts */

const WHOLE_RUN_MS = 80 * 60_000;

/** @type {Record<string, import('./lib/options.mjs').OptionSpec>} */
const OPTIONS = {
  only: { type: 'string', value: 'A,B', help: `Only these suites: ${SUITES.map(({ name }) => name).join(', ')}.` },
  provision: {
    type: 'boolean',
    help: 'Install what is missing (Debian or Ubuntu, as root) and start a Docker engine if none answers. Default with CI=true.',
  },
};

/** @param {import('./lib/options.mjs').OptionValues[string]} only @returns {import('./lib/suites.mjs').Suite[]} */
function chooseSuites(only) {
  if (typeof only !== 'string') return SUITES;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) throw new UsageError(`--only: there is no suite ${unknown.join(', ')}. See --help.`);
  return SUITES.filter(({ name }) => names.includes(name));
}

/** @param {boolean} asked @returns {Promise<boolean>} whether this machine is provisioned now */
async function provisionIfWanted(asked) {
  if (!asked && process.env.CI !== 'true') return false;
  const obstacle = provisionObstacle();
  if (obstacle === undefined) {
    await provision();
    return true;
  }
  if (asked)
    throw new StepError(`--provision cannot be used here: ${obstacle}`, { todo: 'Install what is missing by hand: npm run lab -- doctor' });
  return false;
}

/**
 * @param {import('./lib/suites.mjs').Suite} suite
 * @param {import('./lib/suites.mjs').Context} context
 * @returns {Promise<Counts>}
 */
async function runSuite(suite, context) {
  const missing = {
    engine: context.engine ? '' : 'no Docker engine answers (see npm run lab -- doctor)',
    browser: hasBrowser() ? '' : 'there is no Chromium (install it, or set OPS_LAB_CHROMIUM)',
  };
  const reasons = suite.needs.map((need) => missing[need]).filter((reason) => reason !== '');
  if (reasons.length > 0) {
    const result = notRun(process.env);
    say(`${suite.name}: ${result.failed > 0 ? 'FAILED' : 'SKIPPED'}, since ${reasons.join(' and ')}`);
    return result;
  }
  say(`${suite.name}: ${suite.about} ...`);
  const started = Date.now();
  const limitMs = Math.max(1_000, Math.min(suite.minutes * 60_000, context.deadline - started));
  const result = await suite.run(context, limitMs);
  if (interrupted.aborted) return result;
  const details = [...result.notes];
  if (result.failed > 0 && suite.name !== 'check')
    details.push(`end of ${logOf(context, suite.name)}:`, tail(logOf(context, suite.name), 60));
  if (details.length > 0) process.stderr.write(`\n--- ${suite.name}\n${details.join('\n')}\n\n`);
  say(`${suite.name}: ${closingLine(result)} (${Math.round((Date.now() - started) / 1000)} s)`);
  return result;
}

/** Suites that run side by side: they disturb nobody, or leave half of two cores idle when alone. The others measure times, or need all. */
const TOGETHER = [
  ['check', 'unit', 'contract', 'image'],
  ['core', 'docker'],
];

/**
 * @param {import('./lib/suites.mjs').Suite[]} suites
 * @param {import('./lib/suites.mjs').Context} context
 * @returns {Promise<Counts>}
 */
async function runSuites(suites, context) {
  const alone = suites.map(({ name }) => name).filter((name) => !TOGETHER.flat().includes(name));
  const results = [];
  for (const names of [...TOGETHER, ...alone.map((name) => [name])]) {
    if (interrupted.aborted) break;
    const group = suites.filter(({ name }) => names.includes(name));
    results.push(...(await Promise.all(group.map((suite) => runSuite(suite, context)))));
  }
  return sum(results);
}

/** @param {import('./lib/suites.mjs').Suite[]} suites @param {boolean} askedToProvision @returns {Promise<Counts>} */
async function testRun(suites, askedToProvision) {
  const deadline = Date.now() + WHOLE_RUN_MS;
  withSystemPath();
  const provisioned = await provisionIfWanted(askedToProvision);
  const node = await setUp({ build: suites.some(({ built }) => built) });
  const wantsEngine = suites.some(({ name, needs }) => needs.includes('engine') || name === 'proofs' || name === 'core' || name === 'e2e');
  const lease = provisioned && wantsEngine ? await leaseEngine() : undefined;
  const temporary = mkdtempSync(join(tmpdir(), 'ops-lab-test-'));
  const logs = toolsDirectory('logs', `test-${process.pid}`);
  try {
    const env = {
      ...process.env,
      PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
      // The person's own progress stays out of the tests, and two runs out of each other's.
      OPS_LAB_DATA_DIR: join(temporary, 'data'),
    };
    const result = await runSuites(suites, { node, logs, env, engine: lease !== undefined || (await engineAnswers()), deadline });
    if (result.failed === 0 && !interrupted.aborted) rmSync(logs, { recursive: true, force: true });
    return result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    await lease?.release();
  }
}

async function main() {
  const options = parseOptions(process.argv.slice(2), OPTIONS);
  if (options.help) {
    const list = SUITES.map(({ name, about }) => `  ${name.padEnd(9)} ${about}`).join('\n');
    process.stdout.write(helpText('npm test -- [options]', `Sets up what is missing and runs every test:\n\n${list}`, OPTIONS));
    return 0;
  }
  const suites = chooseSuites(options.only);
  /** @type {Counts} */
  let total;
  try {
    total = await testRun(suites, options.provision === true);
  } catch (error) {
    if (!interrupted.aborted) process.stderr.write(`${explain(error)}\n`);
    total = counts({ failed: 1 });
  }
  if (interrupted.aborted) return interruptCode();
  process.stdout.write(`${closingLine(total)}\n`);
  return isGood(total) ? 0 : 1;
}

await runMain(main);
