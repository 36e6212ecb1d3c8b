/**
 * Reads the YAML of a lab, which may come from strangers: size, depth and number of documents are limited, and what can
 * make a small text large, or mean something that its reader does not see (aliases, anchors, merge keys, tags), is refused.
 */
import { CST, isMap, isNode, isScalar, isSeq, Lexer, LineCounter, type Node, type ParsedNode, Parser, parseDocument, visit } from 'yaml';
import { readUtf8 } from './utf8.ts';

export const YAML_LIMITS = { bytes: 256 * 1024, depth: 24, problems: 20 } as const;

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem {
  readonly message: string;
  readonly at: Position;
}

type Path = readonly PropertyKey[];

/** A document that was read, with the way from a value back to its place in the text. */
export interface YamlText {
  readonly value: unknown;
  /** Where the value at this path begins; the nearest parent when it is not there. */
  place(path: Path): Position;
  /** Where this key of the map at this path is. */
  placeOfKey(path: Path, key: string): Position;
  /** The value at this path in words; `nothing` when it is not there. */
  found(path: Path): string;
}

const REFUSED_TOKENS: Readonly<Record<string, string>> = {
  alias: 'an alias (*name); write the value out',
  anchor: 'an anchor (&name); write the value out',
  tag: 'a tag (!name); use plain values',
  'directive-line': 'a directive (%…); use plain YAML',
  'explicit-key-ind': 'an explicit key (?); use plain keys',
};
const REFUSED_KEYS: ReadonlySet<unknown> = new Set(['<<', '__proto__', 'constructor', 'prototype']);

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/**
 * What may not be in the text at all, found token by token. The parser keeps a stack of its own, so that a hundred
 * thousand nested levels are refused without any recursion; composing a document would recurse.
 */
function refusedToken(source: string, lines: LineCounter): YamlProblem | null {
  const parser = new Parser();
  let isContent = false;
  for (const lexeme of new Lexer().lex(source)) {
    const type = isContent ? null : CST.tokenType(lexeme);
    isContent = lexeme === CST.SCALAR;
    const refused = type === null ? undefined : REFUSED_TOKENS[type];
    if (refused !== undefined) return { message: `found ${refused}`, at: position(lines, parser.offset) };
    for (const token of parser.next(lexeme)) if (token.type === 'error') return null;
    // The document itself and the scalar being read are on the stack too.
    if (parser.stack.length > YAML_LIMITS.depth + 2) {
      return { message: `found more than ${YAML_LIMITS.depth} nested levels`, at: position(lines, parser.offset) };
    }
  }
  return null;
}

/** Line numbers of the whole text, independent of how far a parser came. */
function countLines(source: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

/** Keys are compared here and not by the parser, whose own comparison takes the square of their number. */
function refusedKeys(contents: ParsedNode, lines: LineCounter): YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(contents, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const at = position(lines, isNode(key) ? (key.range?.[0] ?? 0) : 0);
        if (!isScalar(key) || typeof key.value !== 'string') {
          problems.push({ message: 'expected a key that is text', at });
        } else if (REFUSED_KEYS.has(key.value)) {
          problems.push({ message: `found the key “${key.value}”, which no file of a lab may have`, at });
        } else if (seen.has(key.value)) {
          problems.push({ message: `found the key “${key.value}” twice in one map`, at });
        } else {
          seen.add(key.value);
        }
      }
    },
  });
  return problems;
}

function inWords(node: unknown): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return 'nothing';
  if (node.value === null) return 'nothing';
  const text = typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function walk(contents: Node, path: Path): { node: Node; complete: boolean } {
  let node = contents;
  for (const key of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(typeof key === 'symbol' ? String(key) : key, true) : undefined;
    if (!isNode(next)) return { node, complete: false };
    node = next;
  }
  return { node, complete: true };
}

/**
 * @param bytes the file as it is on disk
 * @returns the document, or what is wrong with it, at most YAML_LIMITS.problems
 */
export function readYaml(bytes: Uint8Array): { text: YamlText | null; problems: YamlProblem[] } {
  const start: Position = { line: 1, column: 1 };
  const refuse = (message: string, at = start) => ({ text: null, problems: [{ message, at }] });
  if (bytes.length > YAML_LIMITS.bytes) return refuse(`found ${bytes.length} bytes, expected at most ${YAML_LIMITS.bytes}`);
  const read = readUtf8(bytes);
  if (read.text === null) return refuse('found bytes that are no UTF-8 text', read.at);
  const source = read.text;
  const lines = countLines(source);
  const refused = refusedToken(source, lines);
  if (refused !== null) return { text: null, problems: [refused] };
  const document = parseDocument(source, {
    schema: 'core',
    version: '1.2',
    merge: false,
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
  });
  const contents = document.contents;
  const problems = document.errors.slice(0, YAML_LIMITS.problems).map((error) => ({
    message: error.code === 'MULTIPLE_DOCS' ? 'found a second document, expected one' : error.message,
    at: position(lines, error.pos[0]),
  }));
  if (problems.length > 0) return { text: null, problems };
  if (contents === null) return refuse('found an empty file');
  problems.push(...refusedKeys(contents, lines).slice(0, YAML_LIMITS.problems));
  if (problems.length > 0) return { text: null, problems };
  const place = (path: Path) => position(lines, walk(contents, path).node.range?.[0] ?? 0);
  return {
    problems,
    text: {
      value: document.toJS({ maxAliasCount: 0 }),
      place,
      placeOfKey(path, key) {
        const { node } = walk(contents, path);
        const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
        return isNode(pair?.key) ? position(lines, pair.key.range?.[0] ?? 0) : place(path);
      },
      found(path) {
        const { node, complete } = walk(contents, path);
        return complete ? inWords(node) : 'nothing';
      },
    },
  };
}
