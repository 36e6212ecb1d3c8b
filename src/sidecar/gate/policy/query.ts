/** The query of a request: known keys only, each once, each of its type. */
import type { JsonBounds, JsonObject } from '../json/strict-json.ts';
import { isObject, parseStrictObject } from '../json/strict-json.ts';
import { bad } from '../refusal.ts';

export type QueryType =
  | { readonly type: 'flag' }
  | { readonly type: 'whole'; readonly least: number; readonly most: number }
  | { readonly type: 'text'; readonly pattern: RegExp; readonly most?: number }
  /** `{"key":["value"]}`, or the older `{"key":{"value":true}}`. */
  | { readonly type: 'filters'; readonly keys: readonly string[] }
  /** Strict JSON of any form, checked by the handler. */
  | { readonly type: 'json' }
  /** May come several times. */
  | { readonly type: 'texts'; readonly pattern: RegExp; readonly most: number }
  /** Refused when it says something. */
  | { readonly type: 'refused'; readonly why: string };

export type QueryFields = Readonly<Record<string, QueryType>>;
export type Filters = Readonly<Record<string, readonly string[]>>;

export const FLAG: QueryType = { type: 'flag' };
export const whole = (least: number, most: number): QueryType => ({ type: 'whole', least, most });
export const text = (pattern: RegExp, most = 300): QueryType => ({ type: 'text', pattern, most });
export const filters = (...keys: string[]): QueryType => ({ type: 'filters', keys });
export const refused = (why: string): QueryType => ({ type: 'refused', why });

const TRUE = ['1', 'true', 'True', 'TRUE', 't'];
const FALSE = ['', '0', 'false', 'False', 'FALSE', 'f'];

export class Query {
  readonly #values = new Map<string, unknown>();

  set(key: string, value: unknown): void {
    this.#values.set(key, value);
  }

  /** Whether the client sent it at all. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  flag(key: string, otherwise = false): boolean {
    return (this.#values.get(key) as boolean | undefined) ?? otherwise;
  }

  whole(key: string): number | undefined {
    return this.#values.get(key) as number | undefined;
  }

  text(key: string): string {
    return (this.#values.get(key) as string | undefined) ?? '';
  }

  texts(key: string): readonly string[] {
    return (this.#values.get(key) as string[] | undefined) ?? [];
  }

  filters(key = 'filters'): Filters {
    return (this.#values.get(key) as Filters | undefined) ?? {};
  }

  json(key: string): JsonObject | null {
    return (this.#values.get(key) as JsonObject | undefined) ?? null;
  }
}

function decode(part: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(part)) throw bad('a query with a broken percent sign');
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw bad('a query that is not UTF-8');
  }
}

/** @param source as it came, without `?` @throws Refusal 400, or 403 for a parameter that the lab refuses */
export function parseQuery(source: string, fields: QueryFields, bounds: JsonBounds): Query {
  const query = new Query();
  if (source === '') return query;
  for (const pair of source.split('&')) {
    const [rawKey = '', ...rest] = pair.split('=');
    if (rest.length > 1) throw bad('a query with two = in one parameter');
    const key = decode(rawKey);
    const value = decode(rest[0] ?? '');
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) throw bad(`the lab does not know the parameter ${JSON.stringify(key.slice(0, 40))} here`);
    if (value.includes('\0')) throw bad(`${key}: holds a NUL`);
    if (field.type === 'texts') {
      const before = query.texts(key);
      if (before.length >= field.most || !field.pattern.test(value))
        throw bad(`${key}: ${JSON.stringify(value.slice(0, 60))} is not valid here`);
      query.set(key, [...before, value]);
      continue;
    }
    if (query.has(key)) throw bad(`the parameter ${key} twice`);
    const parsed = parseValue(key, value, field, bounds);
    if (parsed !== undefined) query.set(key, parsed);
  }
  return query;
}

function parseValue(key: string, value: string, field: Exclude<QueryType, { type: 'texts' }>, bounds: JsonBounds): unknown {
  switch (field.type) {
    case 'flag':
      if (TRUE.includes(value)) return true;
      if (FALSE.includes(value)) return false;
      throw bad(`${key}: ${JSON.stringify(value.slice(0, 40))} is neither true nor false`);
    case 'whole': {
      if (value === '') return undefined;
      const number = Number(value);
      if (!/^-?\d{1,15}$/.test(value) || number < field.least || number > field.most) {
        throw bad(`${key}: not a whole number between ${field.least} and ${field.most}`);
      }
      return number;
    }
    case 'text':
      if (value === '') return undefined;
      if (value.length > (field.most ?? 300) || !field.pattern.test(value)) {
        throw bad(`${key}: ${JSON.stringify(value.slice(0, 60))} is not valid here`);
      }
      return value;
    case 'refused':
      if (FALSE.includes(value) || value === '{}' || value === '[]' || value === 'null') return undefined;
      throw new DeniedParameter(key, field.why);
    case 'filters':
      return value === '' ? undefined : parseFilters(value, field.keys, bounds);
    case 'json':
      return value === '' || value === 'null' ? undefined : parseStrictObject(value, bounds);
  }
}

/** Turned into a 403 by the caller, which knows the endpoint. */
export class DeniedParameter extends Error {
  readonly parameter: string;

  constructor(parameter: string, why: string) {
    super(`${parameter} is not allowed in this lab: ${why}`);
    this.parameter = parameter;
  }
}

function parseFilters(value: string, keys: readonly string[], bounds: JsonBounds): Filters {
  const result: Record<string, readonly string[]> = {};
  for (const [key, given] of Object.entries(parseStrictObject(value, { ...bounds, depth: 2 }))) {
    if (!keys.includes(key)) throw bad(`invalid filter '${key.slice(0, 40)}'`);
    const values = Array.isArray(given)
      ? given
      : isObject(given) && Object.values(given).every((flag) => typeof flag === 'boolean')
        ? Object.keys(given).filter((name) => given[name] === true)
        : null;
    if (!values?.every((item): item is string => typeof item === 'string' && item.length <= 512) || values.length > 32) {
      throw bad(`filters: ${key}: not a list of strings`);
    }
    result[key] = values as string[];
  }
  return result;
}
