// The test suites: what each needs of the machine, how it is run, and how its result becomes numbers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { OUT, ROOT } from './paths.mjs';
import { counts, fromReport, readPlaywright, readProofs, readVitest } from './results.mjs';
import { run, tail } from './run.mjs';

/**
 * @typedef {{ node: string, logs: string, env: NodeJS.ProcessEnv, engine: boolean, deadline: number }} Context `logs`: folder of this
 *   run; `deadline`: when the whole run has to be over, in epoch milliseconds
 * @typedef {{ name: string, about: string, needs: ('engine' | 'browser')[], minutes: number, built: boolean,
 *   run: (context: Context, limitMs: number) => Promise<import('./results.mjs').Counts> }} Suite
 *   `minutes`: its time limit; `built`: whether it needs `out/`
 */

/** @param {Context} context @param {string} name */
export const logOf = (context, name) => join(context.logs, `${name}.log`);

/** @param {string} project @param {string} about @param {number} minutes @param {Partial<Suite>} [more] @returns {Suite} */
function vitest(project, about, minutes, more = {}) {
  return {
    name: project,
    about,
    needs: [],
    minutes,
    built: false,
    ...more,
    run: async (context, limitMs) => {
      const report = join(context.logs, `${project}.json`);
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters];
      const exit = await run(context.node, args, { cwd: ROOT, env: context.env, log: logOf(context, project), timeoutMs: limitMs });
      return fromReport(report, exit, readVitest);
    },
  };
}

/**
 * @param {Context} context
 * @param {string} name of the log
 * @param {string[]} args of the app's command line
 * @param {number} limitMs
 */
function cli(context, name, args, limitMs) {
  return run(context.node, [join(OUT, 'main/cli.js'), ...args], {
    cwd: ROOT,
    env: context.env,
    log: logOf(context, name),
    timeoutMs: limitMs,
  });
}

/** @param {Context} context @param {string} name @param {string[]} args @param {number} limitMs */
async function cliAsTest(context, name, args, limitMs) {
  const exit = await cli(context, name, args, limitMs);
  if (exit.ok) return counts({ passed: 1 });
  return counts({ failed: 1, notes: [`${args.join(' ')}: ${exit.message}: ${tail(logOf(context, name), 1)}`] });
}

/** @param {Context} context @returns {string[]} the shell runtime alone where there is no engine */
const runtimeArguments = ({ engine }) => (engine ? [] : ['--runtime', 'shell']);

/** @type {Suite[]} */
export const SUITES = [
  {
    name: 'check',
    about: 'types, lint, import rules',
    needs: [],
    minutes: 6,
    built: false,
    run: async (context) => {
      const results = await runChecks(context.node, context.logs);
      const failed = results.filter(({ ok }) => !ok);
      return counts({
        passed: results.length - failed.length,
        failed: failed.length,
        notes: failed.map(({ name, output }) => `${name}:\n${output}`),
      });
    },
  },
  vitest('unit', 'pure logic', 10),
  vitest('contract', 'the wire', 10),
  {
    name: 'image',
    about: 'the lab image exists or can be built',
    needs: ['engine'],
    minutes: 20,
    built: true,
    run: (context, limitMs) => cliAsTest(context, 'image', ['image'], limitMs),
  },
  vitest('core', 'real SQLite, ptys, processes', 20, { built: true }),
  vitest('docker', 'real containers', 25, { needs: ['engine'], built: true }),
  {
    name: 'proofs',
    about: 'untouched labs fail, solutions fix, wrong fixes do not, nothing is left',
    needs: [],
    minutes: 40,
    built: true,
    run: async (context, limitMs) => {
      const report = join(context.logs, 'proofs.json');
      return fromReport(
        report,
        await cli(context, 'proofs', ['prove', ...runtimeArguments(context), '--json', report], limitMs),
        readProofs,
      );
    },
  },
  {
    name: 'record',
    about: 'the stories show what the labs really print',
    needs: [],
    minutes: 20,
    built: true,
    run: (context, limitMs) => cliAsTest(context, 'record', ['record', '--check', ...runtimeArguments(context)], limitMs),
  },
  {
    name: 'e2e',
    about: 'the built app in a browser, on the web host and through the Electron entry',
    needs: ['browser'],
    minutes: 35,
    built: true,
    run: async (context, limitMs) => {
      const report = join(context.logs, 'e2e.json');
      const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=line,json', `--output=${join(context.logs, 'e2e')}`];
      const env = { ...context.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
      const exit = await run(context.node, args, { cwd: ROOT, env, log: logOf(context, 'e2e'), timeoutMs: limitMs });
      return fromReport(report, exit, readPlaywright);
    },
  },
];

/** @returns {boolean} whether there is a Chromium that the e2e suite finds */
export function hasBrowser() {
  const paths = [process.env.OPS_LAB_CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return paths.some((path) => path !== '' && existsSync(path));
}
