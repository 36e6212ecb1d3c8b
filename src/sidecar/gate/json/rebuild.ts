/**
 * Builds a new object from a parsed one by a table of fields. Nothing of the old one is carried over but what a rule returns.
 * A real client sends the whole struct, mostly empty: an empty value is dropped without a word (null, "", 0, false, [], {}).
 */
import { bad, denied } from '../refusal.ts';
import { isObject, type Json, type JsonObject } from './strict-json.ts';

/** @returns the value to forward; undefined to leave the field out @throws Refusal */
export type Rule = (value: Json, path: string) => Json | undefined;

export interface Field {
  /** Runs only for a value that is not empty. */
  readonly rule: Rule;
  /** Runs for an empty one, where empty is not harmless. */
  readonly empty?: Rule;
}

export type Fields = Readonly<Record<string, Field>>;

/** @returns whether a value says nothing: null, false, zero, or nothing in it */
export function isEmpty(value: Json): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** @param path for messages, such as `HostConfig` @throws Refusal 400 for an unknown field that says something */
export function rebuild(source: JsonObject, fields: Fields, path = ''): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(source)) {
    const where = path === '' ? name : `${path}.${name}`;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      const other = Object.keys(fields).find((known) => known.toLowerCase() === name.toLowerCase());
      if (other !== undefined) throw bad(`${where}: the field is called ${other}; letters' case matters here`);
      if (isEmpty(value)) continue;
      throw bad(`${where}: the lab does not know this field`);
    }
    const rule = isEmpty(value) ? field.empty : field.rule;
    const rebuilt = rule?.(value, where);
    if (rebuilt !== undefined) result[name] = rebuilt;
  }
  return result;
}

export const text =
  (limit: number, pattern?: RegExp): Rule =>
  (value, path) => {
    if (typeof value !== 'string') throw bad(`${path}: not a string`);
    if (Buffer.byteLength(value) > limit) throw bad(`${path}: longer than ${limit} bytes`);
    if (value.includes('\0')) throw bad(`${path}: holds a NUL`);
    if (pattern && !pattern.test(value)) throw bad(`${path}: ${JSON.stringify(value.slice(0, 60))} is not valid here`);
    return value;
  };

export const flag: Rule = (value, path) => {
  if (typeof value !== 'boolean') throw bad(`${path}: neither true nor false`);
  return value;
};

export const whole =
  (least: number, most: number): Rule =>
  (value, path) => {
    if (typeof value !== 'number') throw bad(`${path}: not a number`);
    if (value < least || value > most) throw bad(`${path}: not between ${least} and ${most}`);
    return value;
  };

/** A number that is brought down to `most`. */
export const atMost =
  (most: number): Rule =>
  (value, path) => {
    if (typeof value !== 'number') throw bad(`${path}: not a number`);
    return value < 0 ? most : Math.min(value, most);
  };

export const list =
  (item: Rule, most: number, bytes = Number.POSITIVE_INFINITY): Rule =>
  (value, path) => {
    if (!Array.isArray(value)) throw bad(`${path}: not a list`);
    if (value.length > most) throw bad(`${path}: more than ${most} entries`);
    const result = (value as readonly Json[]).map((entry, index) => item(entry, `${path}[${index}]`) ?? null);
    if (result.reduce<number>((sum, entry) => sum + String(entry).length, 0) > bytes) throw bad(`${path}: more than ${bytes} bytes`);
    return result;
  };

export const record =
  (key: RegExp, item: Rule, most: number): Rule =>
  (value, path) => {
    if (!isObject(value)) throw bad(`${path}: not an object`);
    const entries = Object.entries(value);
    if (entries.length > most) throw bad(`${path}: more than ${most} entries`);
    const result: Record<string, Json> = {};
    for (const [name, entry] of entries) {
      if (!key.test(name)) throw bad(`${path}: ${JSON.stringify(name.slice(0, 60))} is not valid here`);
      const rebuilt = item(entry, `${path}.${name}`);
      if (rebuilt !== undefined)
        Object.defineProperty(result, name, { value: rebuilt, enumerable: true, writable: true, configurable: true });
    }
    return result;
  };

/** One string or a list of them, as Cmd and Entrypoint are. */
export const words =
  (most: number, bytes: number): Rule =>
  (value, path) =>
    typeof value === 'string' ? text(bytes)(value, path) : list(text(bytes), most, bytes)(value, path);

/** @param type what a well-formed value would be: another type is an error of form, whatever the policy says */
export const refuse =
  (why: string, type?: 'boolean' | 'number' | 'string' | 'array' | 'object'): Rule =>
  (value, path) => {
    const found = Array.isArray(value) ? 'array' : typeof value;
    if (type !== undefined && found !== type) throw bad(`${path}: expected ${type}, found ${found}`);
    throw denied(`${path} is not allowed in this lab: ${why}`);
  };

/** Taken without effect. */
export const ignore: Rule = () => undefined;

export const object =
  (fields: Fields): Rule =>
  (value, path) => {
    if (!isObject(value)) throw bad(`${path}: not an object`);
    return rebuild(value, fields, path);
  };
