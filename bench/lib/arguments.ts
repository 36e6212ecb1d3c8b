/** The command lines of `npm run bench` and `npm run soak`. Pure. */
import { resolve } from 'node:path';
import { type OptionSpec, parseOptions } from '../../scripts/lib/options.mjs';
import { UsageError } from '../../scripts/lib/say.mjs';
import { FIGURES, type FigureName } from './figures.ts';

export interface BenchArguments {
  readonly help: boolean;
  readonly only: ReadonlySet<FigureName>;
  readonly quick: boolean;
  /** Absolute; null writes none. */
  readonly json: string | null;
}

export const BENCH_OPTIONS: Record<string, OptionSpec> = {
  json: { type: 'string', value: 'FILE', help: 'Write machine and figures to this file.' },
  only: { type: 'string', value: 'A,B', help: 'Only these figures.' },
  quick: { type: 'boolean', help: 'Fewer rounds: to see that it works, not for figures to keep.' },
};

/**
 * @param directory that relative paths start from
 * @throws UsageError for an unknown option or figure
 */
export function readBenchArguments(argv: readonly string[], directory: string): BenchArguments {
  const { help, only, quick, json } = parseOptions([...argv], BENCH_OPTIONS);
  const names = typeof only === 'string' ? only.split(',').map((name) => name.trim()) : [...FIGURES];
  const known = names.filter((name): name is FigureName => FIGURES.some((figure) => figure === name));
  if (known.length < names.length) throw new UsageError(`--only takes names of figures: ${FIGURES.join(', ')}. See --help.`);
  return {
    help: help === true,
    only: new Set(known),
    quick: quick === true,
    json: typeof json === 'string' ? resolve(directory, json) : null,
  };
}

export interface SoakArguments {
  readonly help: boolean;
  readonly minutes: number;
  readonly json: string | null;
}

export const SOAK_OPTIONS: Record<string, OptionSpec> = {
  minutes: { type: 'string', value: 'N', help: 'How long, 1 to 600. Default: 30.' },
  json: { type: 'string', value: 'FILE', help: 'Write what was counted to this file.' },
};

/** @throws UsageError for an unknown option or a number of minutes that is none */
export function readSoakArguments(argv: readonly string[], directory: string): SoakArguments {
  const { help, minutes = '30', json } = parseOptions([...argv], SOAK_OPTIONS);
  const number = Number(minutes);
  if (!Number.isInteger(number) || number < 1 || number > 600)
    throw new UsageError(`--minutes takes a number from 1 to 600, not '${minutes}'. See --help.`);
  return { help: help === true, minutes: number, json: typeof json === 'string' ? resolve(directory, json) : null };
}
