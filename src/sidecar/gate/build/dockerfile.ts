/**
 * A Dockerfile, read as the classic builder reads it and written anew: one instruction a line, images by id, and nothing
 * that is not named here. What the builder could read in another way is refused. Stages get names of ours, so that a stage is never
 * looked up as an image, not even by a builder that counts the stages in another way.
 */
import { RESERVED_LABELS } from '../names.ts';
import { bad, denied, limited } from '../refusal.ts';
import { assertNoHereDocument, labelValue, PlainVariables, volumeValue, workdirValue } from './values.ts';

export interface DockerfileRules {
  /** Known in this build: build arguments by name. */
  readonly args: Readonly<Record<string, string>>;
  /** @returns the id of an image that may be used @throws Refusal 404 */
  image(reference: string): { readonly id: string };
  /** Put after each FROM, as `LABEL` lines. */
  readonly label: string;
  readonly instructions: number;
}

export interface RewrittenDockerfile {
  readonly text: string;
  /** For each step that the builder will count: the learner's line, or null for one of ours. */
  readonly steps: readonly (string | null)[];
  /** Our name of each stage, by the learner's in small letters and by its number. */
  readonly stages: ReadonlyMap<string, string>;
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const SPACE = /^[\s\u0085]+/;
const PLAIN = new Set(['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'MAINTAINER', 'SHELL', 'STOPSIGNAL', 'USER']);
const ARCHIVE = /\.(?:tar|tgz|txz|tbz2?|gz|bz2|xz|zst|lz4)$/i;

/** For the builder the name of a stage; no image can have it, since no reference ends with a dot. */
const stageName = (index: number): string => `opslab-stage-${index}.`;

/** @throws Refusal */
export function rewriteDockerfile(source: string, rules: DockerfileRules): RewrittenDockerfile {
  const instructions = parse(source);
  if (instructions.length > rules.instructions) throw limited(`${rules.instructions} instructions in a Dockerfile.`);
  const state = new Rewriter(rules);
  const lines: string[] = [];
  const steps: (string | null)[] = [];
  for (const instruction of instructions) {
    const line = state.rewrite(instruction);
    // Written at the end of a line, it would join the next one.
    if (/\\[ \t]*$/.test(line)) throw bad('the Dockerfile has a line that ends with a backslash');
    lines.push(line);
    steps.push(`${instruction.name} ${instruction.rest}`.trim());
    if (instruction.name === 'FROM') {
      lines.push(`LABEL ${rules.label}`);
      steps.push(null);
    }
  }
  if (state.stage < 0) throw bad('no build stage in current context');
  const numbers = Array.from({ length: state.stage + 1 }, (_, index) => [String(index), index] as const);
  const stages = new Map([...state.names, ...numbers].map(([name, index]) => [name, stageName(index)]));
  return { text: `${lines.join('\n')}\n`, steps, stages };
}

function parse(source: string): Instruction[] {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u0085\u2028\u2029\ufeff]/.test(source)) throw bad('the Dockerfile holds control characters');
  const instructions: Instruction[] = [];
  let joined: string | null = null;
  for (const raw of source.split('\n')) {
    const line = raw.replace(/\r$/, '');
    if (line.includes('\r')) throw bad('the Dockerfile holds a carriage return inside a line');
    if (/^\s*#/.test(line)) {
      const directive = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=/.exec(line)?.[1]?.toLowerCase();
      if (directive !== undefined && instructions.length === 0 && joined === null && directive !== 'check') {
        throw denied(`# ${directive}= is not allowed in this lab: Dockerfiles are read in one way here`);
      }
      continue;
    }
    if (joined !== null && line.trim() === '') continue;
    const text: string = joined === null ? line.replace(SPACE, '') : joined + line;
    const continues = /\\[ \t]*$/.exec(text);
    if (continues) {
      joined = text.slice(0, continues.index);
      continue;
    }
    joined = null;
    if (text.trim() !== '') instructions.push(instructionOf(text));
  }
  if (joined !== null && joined.trim() !== '') instructions.push(instructionOf(joined));
  return instructions;
}

function instructionOf(line: string): Instruction {
  const match = /^([A-Za-z]+)(?:[ \t]+([\s\S]*))?$/.exec(line.trim());
  if (!match?.[1]) throw bad(`Dockerfile: ${JSON.stringify(line.slice(0, 60))} is not an instruction`);
  return { name: match[1].toUpperCase(), rest: (match[2] ?? '').replace(SPACE, '') };
}

/** Flags at the beginning: `--name=value`. */
function takeFlags(rest: string): { flags: [string, string][]; rest: string } {
  const flags: [string, string][] = [];
  let left = rest;
  while (left.startsWith('--')) {
    const [word = ''] = left.split(/[\s\u0085]/, 1);
    if (/["'\\$]/.test(word)) throw denied(`Dockerfile: ${word.slice(0, 60)}: only plain flags are allowed in this lab`);
    const [name = '', ...value] = word.slice(2).split('=');
    flags.push([name, value.join('=')]);
    left = left.slice(word.length).replace(SPACE, '');
  }
  return { flags, rest: left };
}

class Rewriter {
  readonly names = new Map<string, number>();
  stage = -1;
  readonly #rules: DockerfileRules;
  readonly #variables = new PlainVariables();
  readonly #globals: Record<string, string> = Object.create(null);

  constructor(rules: DockerfileRules) {
    this.#rules = rules;
  }

  rewrite({ name, rest }: Instruction, trigger = false): string {
    if (this.stage < 0 && name !== 'FROM' && name !== 'ARG') throw bad('Dockerfile: no build stage in current context: begin with FROM');
    if (name === 'ENV' && !trigger) this.#variables.learn(rest);
    if (PLAIN.has(name)) return `${name} ${this.#flagless(name, rest)}`;
    switch (name) {
      case 'FROM':
        return this.#from(rest);
      case 'ARG':
        return this.#arg(rest);
      case 'RUN':
        return this.#run(rest);
      case 'COPY':
      case 'ADD':
        return this.#copy(name, rest, trigger);
      case 'LABEL':
        if (rest.includes(RESERVED_LABELS)) throw denied(`Dockerfile: labels that begin with ${RESERVED_LABELS} are reserved by the lab`);
        return `LABEL ${labelValue(this.#flagless(name, rest), this.#rules.label)}`;
      case 'WORKDIR':
        return `WORKDIR ${workdirValue(this.#written(name, rest, trigger))}`;
      case 'VOLUME':
        return `VOLUME ${volumeValue(this.#written(name, rest, trigger))}`;
      case 'HEALTHCHECK':
        return this.#healthcheck(rest);
      case 'ONBUILD': {
        const nested = instructionOf(rest);
        if (trigger || ['FROM', 'ONBUILD', 'MAINTAINER'].includes(nested.name))
          throw bad(`Dockerfile: ${nested.name} isn't allowed as an ONBUILD trigger`);
        return `ONBUILD ${this.rewrite(nested, true)}`;
      }
      default:
        throw denied(`Dockerfile: unknown instruction: ${name.slice(0, 30)}`);
    }
  }

  #flagless(name: string, rest: string): string {
    if (rest.startsWith('--')) throw denied(`Dockerfile: ${name} has no flags in this lab`);
    if (rest === '') throw bad(`Dockerfile: ${name} requires an argument`);
    return rest;
  }

  /** With known variables written out; a trigger meets an environment that nobody knows yet. */
  #written(name: string, rest: string, trigger: boolean): string {
    const value = this.#flagless(name, rest);
    return trigger ? value : this.#variables.expand(value);
  }

  #from(rest: string): string {
    this.#variables.forget();
    if (rest.startsWith('--')) throw denied('Dockerfile: FROM has no flags in this lab (--platform)');
    const match = /^(\S+)(?:[ \t]+[Aa][Ss][ \t]+(\S+))?$/.exec(rest.trim());
    if (!match?.[1]) throw bad('Dockerfile: FROM requires either one or three arguments');
    const reference = this.#expand(match[1]);
    const name = match[2]?.toLowerCase();
    const known = this.names.get(reference.toLowerCase());
    const base = known !== undefined ? stageName(known) : reference === 'scratch' ? 'scratch' : this.#rules.image(reference).id;
    this.stage += 1;
    const line = `FROM ${base} AS ${stageName(this.stage)}`;
    if (name === undefined) return line;
    if (!/^[a-z][a-z0-9-_.]{0,60}$/.test(name) || name === 'scratch')
      throw bad(`Dockerfile: invalid name for build stage: ${name.slice(0, 40)}`);
    this.names.set(name, this.stage);
    return line;
  }

  /** Only what stands before the first FROM counts for it. */
  #arg(rest: string): string {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/.exec(this.#flagless('ARG', rest).trim());
    if (!match?.[1]) throw bad(`Dockerfile: ARG ${rest.slice(0, 60)}: one name, with or without =value`);
    if (this.stage < 0) {
      const value = (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
      this.#globals[match[1]] = Object.hasOwn(this.#rules.args, match[1]) ? (this.#rules.args[match[1]] ?? '') : value;
    }
    return `ARG ${rest.trim()}`;
  }

  #expand(text: string): string {
    if (/["'\\]/.test(text)) throw denied('Dockerfile: FROM with quotes is not allowed in this lab');
    const value = (name: string): string => this.#globals[name] ?? '';
    const result = text.replace(
      /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::([-+])([^{}$]*))?\})/g,
      (_all, plain, braced, sign, other) => {
        const found = value(plain ?? braced);
        if (sign === '-') return found === '' ? other : found;
        if (sign === '+') return found === '' ? '' : other;
        return found;
      },
    );
    if (/[${}]/.test(result)) throw denied('Dockerfile: FROM with this kind of variable is not allowed in this lab');
    return result;
  }

  #run(rest: string): string {
    const { flags } = takeFlags(rest);
    for (const [name, value] of flags) {
      const from = name === 'mount' ? /(?:^|,)from=([^,]*)/.exec(value)?.[1] : undefined;
      // The same words for a foreign image and a missing one come before the verdict.
      if (from !== undefined && this.#earlierStage(from) === null) this.#rules.image(from);
      throw denied(`Dockerfile: RUN --${name.slice(0, 30)} is not allowed in this lab`);
    }
    assertNoHereDocument(rest);
    return `RUN ${this.#flagless('RUN', rest)}`;
  }

  /** @returns our name of a stage above this one, given by name or number; null for what is none */
  #earlierStage(reference: string): string | null {
    const index = /^\d{1,3}$/.test(reference) ? Number(reference) : this.names.get(reference.toLowerCase());
    return index !== undefined && index < this.stage ? stageName(index) : null;
  }

  #copy(name: string, rest: string, trigger: boolean): string {
    const { flags, rest: paths } = takeFlags(rest);
    const kept = flags.map(([flag, value]) => {
      if (flag === 'chown' && /^[A-Za-z0-9_.:-]{1,64}$/.test(value)) return `--chown=${value}`;
      if (flag === 'from' && name === 'COPY' && !trigger) {
        return `--from=${this.#earlierStage(value) ?? this.#rules.image(value).id}`;
      }
      throw denied(`Dockerfile: ${name} --${flag.slice(0, 30)} is not allowed in this lab`);
    });
    assertNoHereDocument(rest);
    if (name === 'ADD') assertPlainFiles(paths);
    if (paths.trim() === '') throw bad(`Dockerfile: ${name} requires at least two arguments`);
    // ADD without addresses and archives is COPY; said so, the builder cannot see more in it.
    return ['COPY', ...kept, paths].join(' ');
  }

  #healthcheck(rest: string): string {
    const { flags, rest: command } = takeFlags(rest);
    const kept = flags.map(([flag, value]) => {
      const valid =
        flag === 'retries'
          ? /^\d{1,2}$/.test(value)
          : ['interval', 'timeout', 'start-period'].includes(flag) && /^[1-9]\d{0,3}[smh]$/.test(value);
      if (!valid) throw denied(`Dockerfile: HEALTHCHECK --${flag.slice(0, 30)}=${value.slice(0, 20)}: whole seconds, minutes or hours`);
      return `--${flag}=${value}`;
    });
    if (!/^(?:NONE$|CMD\s)/i.test(command)) throw bad('Dockerfile: HEALTHCHECK requires CMD or NONE');
    return ['HEALTHCHECK', ...kept, command].join(' ');
  }
}

/** ADD fetches addresses and unpacks archives: neither happens here. */
function assertPlainFiles(paths: string): void {
  const sources = paths.trim().startsWith('[')
    ? (paths.match(/"[^"]*"/g) ?? []).map((word) => word.slice(1, -1))
    : paths.trim().split(/\s+/);
  for (const source of sources.slice(0, -1)) {
    if (/[$\\*?[]/.test(source)) throw denied(`Dockerfile: ADD ${source.slice(0, 60)}: use COPY for patterns and variables`);
    if (/:\/\/|^git@|^github\.com\/|\.git(?:#|$)/i.test(source))
      throw denied(`Dockerfile: ADD ${source.slice(0, 60)}: nothing is fetched from a network in this lab`);
    if (ARCHIVE.test(source))
      throw denied(`Dockerfile: ADD ${source.slice(0, 60)}: archives are not unpacked by the builder here. COPY it and RUN tar`);
  }
}
