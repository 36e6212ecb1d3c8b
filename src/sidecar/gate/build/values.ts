/** Values of single instructions, taken apart as the classic builder does it. */
import { target, workingFolder } from '../policy/mounts.ts';
import { bad, denied } from '../refusal.ts';

/** Words between spaces; quotes and backslashes hold one together. @returns null when a quote is left open */
export function wordsOf(rest: string): string[] | null {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < rest.length; at += 1) {
    const letter = rest[at] ?? '';
    if (letter === '\\' && quote !== "'") {
      if (at + 1 === rest.length) return null;
      word += letter + (rest[at + 1] ?? '');
      at += 1;
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      if (quote === letter) quote = '';
      else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
      word += letter;
    }
  }
  if (quote !== '') return null;
  return word === '' ? words : [...words, word];
}

/**
 * The builder of newer engines takes any word `<<NAME` of RUN, COPY and ADD for the start of a here-document, with a number before it and
 * whatever quotes and backslashes are in it, and the lines below for its text: instructions that are read here would be none there.
 * So `<<` stands in two places only, where it can begin no such word: alone between spaces, and behind a bracket of the same word.
 * @param rest of the instruction, flags and all @throws Refusal
 */
export function assertNoHereDocument(rest: string): void {
  const refused = denied('Dockerfile: here-documents are not allowed in this lab, nor words that could be read as one (<<)');
  // One that is only there when quotes, backslashes or empty variables are gone.
  if (/<(?:["'\\]|\$\w*|\$\{[^{}<]*\})+</.test(rest)) throw refused;
  const words = rest.split(/[\s\u0085]+/);
  for (const [index, word] of words.entries()) {
    const at = word.indexOf('<<');
    if (at < 0) continue;
    const before = word.slice(0, at);
    // `cat << EOF` is none for the builder either; but whoever writes it means one, and shall read why it does not work.
    if (word === '<<' && !/^["'\\]*[A-Za-z_]/.test(words[index + 1] ?? '')) continue;
    // Quotes, backslashes and variables may vanish from the beginning of a word, a bracket does not, outside of ${...}.
    if (before.includes('(') && !/[{}]/.test(before)) continue;
    throw refused;
  }
}

/**
 * Labels of the learner's, with ours behind them in the same instruction: the last one counts, so that no step, not even one
 * whose names come from variables, carries a label of another session.
 * @throws Refusal
 */
export function labelValue(rest: string, ours: string): string {
  const words = wordsOf(rest);
  if (words === null) throw bad('Dockerfile: LABEL with a quote that does not end');
  if (!words.every((word) => word.includes('='))) throw bad('Dockerfile: LABEL is written key=value in this lab');
  return `${rest.trimEnd()} ${ours}`;
}

/** What ENV lines of this stage have set to plain words: the builder could read it in no other way. */
export class PlainVariables {
  readonly #values = new Map<string, string>();

  /** A new stage begins, with an environment that only the builder knows. */
  forget(): void {
    this.#values.clear();
  }

  /** @param rest of an ENV line */
  learn(rest: string): void {
    const words = wordsOf(rest) ?? [];
    const [first = ''] = words;
    const pairs = first.includes('=')
      ? words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const)
      : [[first, words.slice(1).join(' ')] as const];
    for (const [name, value] of pairs) {
      const plain = value.replace(/^(["'])(.*)\1$/, '$2');
      // A name that is put together may be any name.
      if (!/^[A-Za-z_]\w*$/.test(name)) this.forget();
      else if (/^[\w./:@+-]*$/.test(plain)) this.#values.set(name, plain);
      else this.#values.delete(name);
    }
  }

  /** Variables that are known are written out; others stay as they are. */
  expand(text: string): string {
    return text.replace(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g, (all, plain, braced) => this.#values.get(plain ?? braced) ?? all);
  }
}

/** @throws Refusal */
export function workdirValue(rest: string): string {
  const path = rest.trim();
  if (/["'\\$]/.test(path))
    throw denied('Dockerfile: WORKDIR is written without quotes in this lab, and with variables only of ENV lines above it');
  // Nobody knows where a relative one begins: it may be at the root.
  workingFolder(path.startsWith('/') ? path : `/${path}`, 'Dockerfile: WORKDIR');
  return path;
}

/** @throws Refusal */
export function volumeValue(rest: string): string {
  if (/[\\$']/.test(rest))
    throw denied('Dockerfile: VOLUME is written without quotes in this lab, and with variables only of ENV lines above it');
  for (const path of pathsOf(rest.trim())) target(path, 'Dockerfile: VOLUME');
  return rest;
}

function pathsOf(text: string): string[] {
  if (!text.startsWith('[')) return text.split(/\s+/);
  try {
    const paths: unknown = JSON.parse(text);
    if (Array.isArray(paths) && paths.every((path) => typeof path === 'string')) return paths;
  } catch {
    // As for any other list that is none.
  }
  throw bad('Dockerfile: VOLUME is neither a list of strings nor a path');
}
