import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LabProblem } from '../../shared/contract/values.ts';
import { didYouMean } from '../../shared/domain/did-you-mean.ts';
import type { Lab } from '../core/labs/lab.ts';
import { loadLabs } from '../core/labs/load-labs.ts';
import { formatProblem } from '../core/labs/problem.ts';
import { type Arguments, type OptionSpecs, UsageError } from './arguments.ts';
import type { Output } from './output.ts';
import type { Workshop } from './workshop.ts';

/** What a command works with. */
export interface CommandContext {
  readonly args: Arguments;
  readonly output: Output;
  /** Folder of the labs that come with Ops Lab. */
  readonly labsFolder: string;
  /** Absolute path; made at the first call. */
  dataDirectory(): string;
  /** Made at the first call: commands that need no engine look for none. */
  workshop(): Workshop;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** What follows the name, such as `[LAB…]`. */
  readonly operands: string;
  readonly summary: string;
  readonly details?: string;
  readonly options: OptionSpecs;
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** Exit codes: done; done, and something is not as it should be; typed wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

export const JSON_OPTION: OptionSpecs = { json: { type: 'boolean', help: 'Print the result as JSON.' } };
export const JOBS_OPTION: OptionSpecs = {
  jobs: {
    type: 'string',
    value: 'N',
    help: 'So many sessions at a time (two per core, at most 4); more disturb each other’s measurements.',
  },
};
export const LABS_OPTION: OptionSpecs = {
  labs: { type: 'string', value: 'DIR', multiple: true, help: 'A further folder of labs (third-party); may be given several times.' },
};

/** How many sessions at a time: most of what each does is waiting. @throws UsageError */
export function jobsWanted(args: Arguments): number {
  return args.count('jobs', Math.min(4, 2 * availableParallelism()), { min: 1, max: 8 });
}

/** All labs: built-in, of --labs, and of the data directory's labs/ when that is there. */
export async function allLabs({ labsFolder, args, dataDirectory }: CommandContext): Promise<{ labs: Lab[]; problems: LabProblem[] }> {
  const own = join(dataDirectory(), 'labs');
  return loadLabs({ builtIn: labsFolder, extra: [...args.texts('labs'), ...(existsSync(own) ? [own] : [])] });
}

/**
 * The labs that were named, or all. Problems are shown; a broken lab that was asked for is an error.
 * @throws UsageError for an id that there is none of
 */
export async function wantedLabs(context: CommandContext): Promise<{ labs: Lab[]; all: Lab[]; broken: boolean }> {
  const { labs, problems } = await allLabs(context);
  const ids = context.args.positionals;
  const broken = new Set(problems.map(({ lab }) => lab));
  const known = new Set([...labs.map(({ id }) => id), ...broken]);
  for (const id of ids)
    if (!known.has(id)) throw new UsageError(`There is no lab “${id}”.${didYouMean(id, known)} See npm run lab -- list.`);
  const relevant = problems.filter(({ lab }) => ids.length === 0 || ids.includes(lab));
  for (const problem of relevant) context.output.note(formatProblem(problem));
  return { labs: labs.filter(({ id }) => ids.length === 0 || ids.includes(id)), all: labs, broken: relevant.length > 0 };
}
