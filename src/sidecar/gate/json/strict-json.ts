/**
 * JSON as narrow as it gets, because the engine's decoder is wide: it ignores case, folds some letters outside ASCII, merges
 * objects with one key, and old ones stop at the first value. What is accepted here means the same to every decoder.
 */
import { bad } from '../refusal.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** Without a prototype. */
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface JsonBounds {
  /** Objects and arrays inside each other. */
  readonly depth: number;
  /** Bytes. */
  readonly size: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)/y;
const WHITESPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Parser {
  #text: string;
  #at = 0;
  #depth: number;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  document(): Json {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#fault('something follows the value');
    return value;
  }

  #fault(what: string): Error {
    return bad(`invalid JSON at character ${this.#at}: ${what}`);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skip(): void {
    this.#match(WHITESPACE);
  }

  /** @param depth of objects and arrays around it */
  #value(depth: number): Json {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#array(this.#deeper(depth));
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#depth) throw this.#fault(`nested deeper than ${this.#depth}`);
    return depth + 1;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault('no value');
    this.#at += word.length;
    return value;
  }

  #number(): number {
    const text = this.#match(NUMBER);
    if (text === '' || text === '-') throw this.#fault('no value');
    if (/[.eE\w+]/.test(this.#text[this.#at] ?? '')) throw this.#fault('only whole numbers');
    const value = Number(text);
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw this.#fault('a number that is not a safe integer');
    return value;
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN);
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at += 1;
        if (/\p{Surrogate}/u.test(value)) throw this.#fault('half of a surrogate pair');
        return value;
      }
      if (next !== '\\') throw this.#fault('a string that does not end, or holds a control character');
      const letter = this.#text[this.#at + 1] ?? '';
      if (letter === 'u') {
        const digits = this.#text.slice(this.#at + 2, this.#at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#fault('a \\u without four hex digits');
        value += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += 6;
      } else {
        const plain = ESCAPES[letter];
        if (plain === undefined) throw this.#fault('an unknown escape');
        value += plain;
        this.#at += 2;
      }
    }
  }

  #array(depth: number): Json[] {
    this.#at += 1;
    const items: Json[] = [];
    this.#skip();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return items;
    }
    for (;;) {
      items.push(this.#value(depth));
      this.#skip();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === ']') return items;
      if (next !== ',') throw this.#fault('no , or ] after an item');
    }
  }

  #object(depth: number): JsonObject {
    this.#at += 1;
    const value: Record<string, Json> = Object.create(null);
    const folded = new Set<string>();
    this.#skip();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return value;
    }
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] !== '"') throw this.#fault('no key');
      const key = this.#string();
      if (!/^[\x20-\x7e]*$/.test(key)) throw this.#fault('a key that is not plain ASCII');
      if (folded.has(key.toLowerCase())) throw this.#fault(`the key ${key.slice(0, 40)} twice (letters' case makes no difference)`);
      folded.add(key.toLowerCase());
      this.#skip();
      if (this.#text[this.#at] !== ':') throw this.#fault('no : after a key');
      this.#at += 1;
      value[key] = this.#value(depth);
      this.#skip();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === '}') return value;
      if (next !== ',') throw this.#fault('no , or } after a value');
    }
  }
}

/** @throws Refusal 400 */
export function parseStrictJson(source: Buffer | string, bounds: JsonBounds): Json {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  if (bytes.length > bounds.size) throw bad(`a JSON body of more than ${bounds.size} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw bad('the JSON is not UTF-8');
  }
  return new Parser(text, bounds.depth).document();
}

/** @throws Refusal 400 for anything but an object */
export function parseStrictObject(source: Buffer | string, bounds: JsonBounds): JsonObject {
  const value = parseStrictJson(source, bounds);
  if (!isObject(value)) throw bad('the body is not a JSON object');
  return value;
}

/** @returns whether it is neither a list nor null */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
