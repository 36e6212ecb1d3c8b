/** The command line: finds the command, reads its arguments, runs it, and turns failures into words and exit codes. */
import { OpsLabError } from '../../shared/contract/errors.ts';
import { didYouMean } from '../../shared/domain/did-you-mean.ts';
import { dataDirectoryPath, openDataDirectory } from '../data-directory.ts';
import { type OptionSpecs, readArguments, UsageError } from './arguments.ts';
import { clean } from './clean.ts';
import { type Command, EXIT } from './command.ts';
import { doctor } from './doctor.ts';
import { image } from './image.ts';
import { list } from './list.ts';
import { newLab } from './new.ts';
import { Output, type TextStream } from './output.ts';
import { prove } from './prove.ts';
import { record } from './record.ts';
import { schema } from './schema.ts';
import type { Workshop } from './workshop.ts';

const COMMANDS: readonly Command[] = [list, doctor, newLab, prove, record, image, clean, schema];

const COMMON: OptionSpecs = {
  'data-dir': { type: 'string', value: 'DIR', help: 'Where Ops Lab keeps its data (also: OPS_LAB_DATA_DIR).' },
  help: { type: 'boolean', help: 'Show this help.' },
};

export interface CliHost {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of the labs that come with Ops Lab. */
  readonly labsFolder: string;
  createWorkshop(dataDirectory: string): Workshop;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

function generalHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name, operands }) => `${name} ${operands}`.length));
  const lines = COMMANDS.map(({ name, operands, summary }) => `  ${`${name} ${operands}`.padEnd(width)}  ${summary}`);
  return ['Usage: npm run lab -- COMMAND [OPTION…]', '', ...lines, '', 'npm run lab -- COMMAND --help explains a command.'].join('\n');
}

function commandHelp({ name, operands, summary, details, options }: Command): string {
  const rows = Object.entries({ ...options, ...COMMON }).map(([option, { value, help }]) => [
    `--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left]) => (left ?? '').length));
  return [
    `Usage: npm run lab -- ${[name, operands].filter(Boolean).join(' ')} [OPTION…]`,
    '',
    summary,
    ...(details === undefined ? [] : [details]),
    '',
    ...rows.map(([left, right]) => `  ${(left ?? '').padEnd(width)}  ${right}`),
  ].join('\n');
}

/**
 * @param argv what follows the program's name
 * @returns the exit code: 0 done, 1 something is not as it should be, 2 typed wrongly, 130 cancelled
 */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  const output = new Output(host.stdout, host.stderr);
  try {
    return await dispatch(argv, host, output);
  } catch (error) {
    output.status('');
    if (error instanceof UsageError) {
      output.note(error.message);
      return EXIT.usage;
    }
    if (host.signal.aborted) {
      output.note(error instanceof OpsLabError && error.code === 'cancelled' ? error.message : 'Cancelled.');
      return EXIT.cancelled;
    }
    if (error instanceof OpsLabError) output.note(error.message);
    else output.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.failed;
  }
}

async function dispatch(argv: readonly string[], host: CliHost, output: Output): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    output.print(generalHelp());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) {
    const known = COMMANDS.map((other) => other.name);
    throw new UsageError(`There is no command “${name}”.${didYouMean(name, known)} Commands: ${known.join(', ')}.`);
  }
  const args = readArguments(rest, { ...command.options, ...COMMON });
  if (args.flag('help')) {
    output.print(commandHelp(command));
    return EXIT.ok;
  }
  if (command.operands === '' && args.positionals.length > 0)
    throw new UsageError(`${name} takes no “${args.positionals[0]}”. See --help.`);
  let directory: string | null = null;
  let workshop: Workshop | null = null;
  const dataDirectory = () => {
    if (directory === null) {
      directory = dataDirectoryPath(args.text('data-dir'), host.environment);
      openDataDirectory(directory);
    }
    return directory;
  };
  return command.run({
    args,
    output,
    labsFolder: host.labsFolder,
    dataDirectory,
    workshop() {
      workshop ??= host.createWorkshop(dataDirectory());
      return workshop;
    },
    signal: host.signal,
  });
}
