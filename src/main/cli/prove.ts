import { writeFile } from 'node:fs/promises';
import { OpsLabError } from '../../shared/contract/errors.ts';
import type { LabProblem } from '../../shared/contract/values.ts';
import { formatProblem } from '../core/labs/problem.ts';
import { type ExtraFixes, loadExtraFixes } from '../core/proof/extra-fixes.ts';
import { sweepDeadProofs } from '../core/proof/proof-sessions.ts';
import { caseTitle, prove as proveLabs } from '../core/proof/prove.ts';
import type { ProofCase } from '../core/proof/prove-case.ts';
import { UsageError } from './arguments.ts';
import { type Command, type CommandContext, EXIT, JOBS_OPTION, jobsWanted, LABS_OPTION, wantedLabs } from './command.ts';
import { runtimesWanted } from './runtimes-wanted.ts';

export const prove: Command = {
  name: 'prove',
  operands: '[LAB…]',
  summary: 'Shows on fresh sessions that untouched labs fail, solutions reach their verdicts, wrong fixes do not, and nothing is left.',
  options: {
    runtime: { type: 'string', value: 'docker|shell', help: 'Prove on this runtime alone, instead of all that each lab names.' },
    runs: { type: 'string', value: 'N', help: 'Prove every case so many times (1).' },
    ...JOBS_OPTION,
    extra: { type: 'string', value: 'DIR', help: 'Prove further cases too: DIR/LAB-ID/{solutions,wrong}/NAME/.' },
    json: { type: 'string', value: 'FILE', help: 'Write the report there.' },
    ...LABS_OPTION,
  },
  async run(context) {
    const { args, output, signal } = context;
    const wanted = runtimesWanted(args);
    const runs = args.count('runs', 1, { min: 1, max: 100 });
    const jobs = jobsWanted(args);
    const { labs, all, broken } = await wantedLabs(context);
    if (broken) return EXIT.failed;
    const extra = await extraFixes(args.text('extra'), all, context);
    if (extra === null) return EXIT.failed;
    const { runtimes, leftovers } = context.workshop();
    const dataDirectory = context.dataDirectory();
    const proven = Object.values(runtimes).filter(
      ({ kind }) => wanted.includes(kind) && labs.some(({ manifest }) => manifest.runtimes[kind] !== undefined),
    );
    for (const removed of await sweepDeadProofs(dataDirectory, Object.values(runtimes)))
      output.note(`left by an earlier proof, removed: ${removed}`);
    const began = performance.now();
    const report = await proveLabs({
      labs,
      runtimes: proven,
      runs,
      jobs,
      extra: extra.fixes,
      dataDirectory,
      leftovers,
      signal,
      onProgress: (title, message) => output.status(`${title}: ${message}`),
      onCase(entry, problems, done, of) {
        output.status('');
        output.note(`[${done}/${of}] ${caseLine(entry)}`);
        for (const problem of problems) output.note(`    ${problem}`);
      },
    });
    const file = args.text('json');
    if (file !== undefined) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
    const good = report.cases.filter(({ ok }) => ok).length;
    output.print(`${good} of ${report.cases.length} cases as expected, in ${Math.round((performance.now() - began) / 1000)} s.`);
    return report.ok ? EXIT.ok : EXIT.failed;
  },
};

function caseLine(entry: ProofCase): string {
  const verdict = entry.got === entry.expected ? entry.got : `${entry.got}, expected ${entry.expected}`;
  return `${entry.ok ? 'ok  ' : 'FAIL'} ${caseTitle(entry)}: ${verdict} (${entry.seconds} s, ready after ${entry.readySeconds} s)`;
}

/** null when something in the folder is wrong, which is then shown. */
async function extraFixes(
  directory: string | undefined,
  labs: Parameters<typeof loadExtraFixes>[1],
  context: CommandContext,
): Promise<ExtraFixes | null> {
  if (directory === undefined) return { fixes: new Map(), problems: [] };
  let extra: ExtraFixes;
  try {
    extra = await loadExtraFixes(directory, labs);
  } catch (error) {
    if (error instanceof OpsLabError) throw error;
    throw new UsageError(`--extra ${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const show = (problem: LabProblem) => context.output.note(`--extra ${formatProblem(problem)}`);
  extra.problems.forEach(show);
  return extra.problems.length === 0 ? extra : null;
}
