/** Reads a command's arguments. Whatever is not known is an error that says what was probably meant. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../../shared/domain/did-you-mean.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Placeholder of the value in the help, such as DIR. */
  readonly value?: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The person's command cannot be run as it was typed; the message is all they need. */
export class UsageError extends Error {}

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  /** The last value given; undefined when none was. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** @throws UsageError unless it is a whole number within the limits */
  count(name: string, fallback: number, limits: { min: number; max: number }): number;
}

/** @throws UsageError */
export function readArguments(argv: readonly string[], specs: OptionSpecs): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) {
      const known = Object.keys(specs).map((name) => `--${name}`);
      throw new UsageError(`Unknown option ${token.rawName}.${didYouMean(token.rawName, known)} See --help.`);
    }
    if (spec.type === 'boolean' && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    if (spec.type === 'string' && (token.value === undefined || token.value.startsWith('--'))) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value ?? 'VALUE'}.`);
    }
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? '']);
  }
  for (const [name, given] of values) {
    if (given.length > 1 && specs[name]?.type === 'string' && specs[name]?.multiple !== true)
      throw new UsageError(`--${name} was given twice.`);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.at(-1),
    texts: (name) => values.get(name) ?? [],
    count(name, fallback, { min, max }) {
      const text = values.get(name)?.at(-1);
      if (text === undefined) return fallback;
      if (!/^\d{1,6}$/.test(text) || Number(text) < min || Number(text) > max) {
        throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not “${text}”.`);
      }
      return Number(text);
    },
  };
}
