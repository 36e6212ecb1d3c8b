/** Small parts that answers are put together from. An answer holds what is named here and nothing else. */
import { isReservedLabel } from '../policy/labels.ts';

export type Body = Readonly<Record<string, unknown>>;

/** @returns the value if it is an object, or else an empty one */
export function bodyOf(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

/** @returns the value's items as objects if it is a list, or else none */
export function listOf(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.map(bodyOf) : [];
}

/** The fields that are there, of those that are named. */
export function pick(value: unknown, names: readonly string[]): Record<string, unknown> {
  const body = bodyOf(value);
  return Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
}

/** A line of a Dockerfile without the labels that the gate has put behind the learner's. */
export function plainInstruction(line: string): string {
  return line.replace(/ "?io\.ops-lab\.[\w.-]+"?=\S*/g, '');
}

/** Without those of the platform. */
export function plainLabels(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bodyOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !isReservedLabel(entry[0])),
  );
}
