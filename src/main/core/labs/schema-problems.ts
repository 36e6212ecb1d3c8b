/** Says what a schema found wrong in a YAML file: where, what was found, what was expected. */
import * as z from 'zod';
import { didYouMean, nearest } from '../../../shared/domain/did-you-mean.ts';
import type { Problems } from './problem.ts';
import type { YamlText } from './read-yaml.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema.BaseSchema;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

/** The parts of a schema that may describe the value at this path, through all branches of unions. */
function partsAt(schema: JsonSchema, path: Path): JsonSchema[] {
  const branches = (part: JsonSchema): JsonSchema[] => [
    part,
    ...[...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap((inner) => branches(inner as JsonSchema)),
  ];
  return path.reduce<JsonSchema[]>(
    (parts, key) =>
      parts.flatMap((part) => {
        const name = String(key);
        const next = typeof key === 'number' ? part.items : (own(part.properties, name) ?? part.additionalProperties);
        return typeof next === 'object' && !Array.isArray(next) ? branches(next as JsonSchema) : [];
      }),
    branches(schema),
  );
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

class Reporter {
  readonly #file: string;
  readonly #text: YamlText;
  readonly #problems: Problems;
  readonly #schema: JsonSchema;
  /** Keys that were found misspelt: not reported as missing too. */
  readonly #misspelt = new Set<string>();

  constructor(file: string, text: YamlText, problems: Problems, schema: JsonSchema) {
    this.#file = file;
    this.#text = text;
    this.#problems = problems;
    this.#schema = schema;
  }

  report(issue: Issue, base: Path): void {
    const path = [...base, ...issue.path];
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys.slice(0, 20)) this.#unknownKey(path, key);
        return;
      case 'invalid_key':
        this.#problems.add(
          this.#file,
          `found the key “${String(path.at(-1))}”, expected ${this.#expectation(issue.issues[0], path)}`,
          this.#text.placeOfKey(path.slice(0, -1), String(path.at(-1))),
        );
        return;
      case 'invalid_union':
        this.#union(issue, path);
        return;
      default:
        if (!this.#misspelt.has(path.join('.'))) this.#mismatch(path, this.#expectation(issue, path));
    }
  }

  #unknownKey(path: Path, key: string): void {
    const known = [...new Set(partsAt(this.#schema, path).flatMap((part) => Object.keys(part.properties ?? {})))];
    const meant = nearest(key, known);
    if (meant !== null) this.#misspelt.add([...path, meant].join('.'));
    const help = meant === null ? `; known here: ${known.join(', ')}.` : `. Did you mean “${meant}”?`;
    this.#problems.add(this.#file, `found the unknown key “${key}”${known.length === 0 ? '.' : help}`, this.#text.placeOfKey(path, key));
  }

  #mismatch(path: Path, expected: string): void {
    const found = this.#text.found(path);
    const name = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
    this.#problems.add(this.#file, `${name}found ${found}, expected ${expected}`, this.#text.place(path));
  }

  #union(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): void {
    const discriminated: unknown = 'options' in issue ? issue.options : undefined;
    if (Array.isArray(discriminated)) {
      const words = discriminated.map(String);
      this.#mismatch(path, `one of ${list(words)}${this.#guess(path, words)}`);
      return;
    }
    const fewest = Math.min(...issue.errors.map((errors) => errors.length));
    const closest = issue.errors.filter((errors) => errors.length === fewest);
    const [only] = closest;
    if (only !== undefined && closest.length === 1) {
      for (const inner of only) this.report(inner, path);
      return;
    }
    // Several branches fit equally badly: what tells them apart is what is missing, or what should not be there together.
    const inners = closest.flat();
    const missing = inners.flatMap((inner) =>
      inner.path.length === 1 && this.#text.found([...path, ...inner.path]) === 'nothing' ? [String(inner.path[0])] : [],
    );
    const unknown = inners.flatMap((inner) => (inner.code === 'unrecognized_keys' ? inner.keys : []));
    const common = closest[0]?.flatMap((inner) => (inner.code === 'unrecognized_keys' ? inner.keys : [])) ?? [];
    const never = common.filter((key) => unknown.filter((other) => other === key).length === closest.length);
    if (missing.length > 0) {
      for (const key of never) this.#unknownKey(path, key);
      if (never.length === 0) this.#mismatch(path, `one of the keys ${list([...new Set(missing)])}`);
    } else if (unknown.length > 0) {
      this.#problems.add(
        this.#file,
        `${path.map(String).join('.')}: expected only one of the keys ${list([...new Set(unknown)])}`,
        this.#text.place(path),
      );
    } else {
      this.#mismatch(path, list([...new Set(inners.map((inner) => this.#expectation(inner, path)))]));
    }
  }

  #guess(path: Path, words: readonly string[]): string {
    const found = this.#text.found(path);
    const guess = found.startsWith('"') ? didYouMean(found.slice(1, -1), words) : '';
    return guess === '' ? '' : `.${guess}`;
  }

  #expectation(issue: Issue | undefined, path: Path): string {
    switch (issue?.code) {
      case 'invalid_type':
        if (issue.expected === 'number' && partsAt(this.#schema, path).some(({ type }) => type === 'integer')) return 'a whole number';
        return KINDS[issue.expected] ?? issue.expected;
      case 'invalid_value': {
        const words = issue.values.map(String);
        return words.length === 1 ? String(words[0]) : `one of ${list(words)}${this.#guess(path, words)}`;
      }
      case 'too_small':
        return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${this.#counted(issue.origin)}`;
      case 'too_big':
        return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${this.#counted(issue.origin)}`;
      case 'invalid_format':
        return issue.message.startsWith('Invalid') ? this.#format(issue) : issue.message;
      default:
        return issue?.message ?? 'something else';
    }
  }

  #format(issue: Extract<Issue, { code: 'invalid_format' }>): string {
    if (issue.format === 'starts_with' && 'prefix' in issue) return `text that starts with ${String(issue.prefix)}`;
    return issue.pattern === undefined ? `a ${issue.format}` : `text that matches ${issue.pattern}`;
  }

  #counted(origin: string): string {
    if (origin === 'string') return ' characters';
    return origin === 'array' ? ' entries' : '';
  }
}

/**
 * Checks a document against a schema.
 * @returns the parsed value, or null after adding at least one problem
 */
export function checkSchema<T extends z.ZodType>(schema: T, text: YamlText, file: string, problems: Problems): z.infer<T> | null {
  const parsed = schema.safeParse(text.value);
  if (parsed.success) return parsed.data;
  const reporter = new Reporter(file, text, problems, z.toJSONSchema(schema, { io: 'input' }));
  const issues = parsed.error.issues.toSorted((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  for (const issue of issues.slice(0, 50)) reporter.report(issue, []);
  return null;
}
