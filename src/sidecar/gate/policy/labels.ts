/** Labels that a learner may choose. */
import { record, text } from '../json/rebuild.ts';
import type { Json } from '../json/strict-json.ts';
import { BOUNDS } from '../limits.ts';
import { RESERVED_LABELS } from '../names.ts';
import { bad, denied } from '../refusal.ts';

export const STOP_SIGNAL = /^(?:SIG)?[A-Z][A-Z0-9+-]{1,12}$|^(?:[1-9]|[1-5]\d|6[0-4])$/;

/** Whether it is one of the platform's. A name that merely resembles one, by case or a space, is an ordinary label. */
export function isReservedLabel(name: string): boolean {
  return name.startsWith(RESERVED_LABELS) && /^[A-Za-z0-9_.-]+$/.test(name);
}

/** @returns the labels, checked. @param path for messages. @throws Refusal 400 or 403 for names, sizes and labels that are not allowed */
export function labelRule(value: Json, path: string): Json {
  const labels = record(
    /^[\x20-\x7e]{1,256}$/,
    (item, where) => (item === null ? '' : item === '' ? '' : text(BOUNDS.labelBytes)(item, where)),
    BOUNDS.labels,
  )(value, path) as Record<string, string>;
  const reserved = Object.keys(labels).find(isReservedLabel);
  if (reserved !== undefined) throw denied(`${path}: the label ${reserved} is reserved by the lab`);
  if (Object.entries(labels).reduce((sum, [name, item]) => sum + name.length + item.length, 0) > BOUNDS.labelBytes)
    throw bad(`${path}: more than ${BOUNDS.labelBytes} bytes of labels`);
  return labels;
}
