/** Checks what a caller sends before the RPC library sees it: parsed strictly, rebuilt, never passed on as it came. */
import * as z from 'zod';
import { type Contract, contract } from '../../shared/contract/contract.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';

/** The longest frame of a call, in characters; a file in the editor has up to a million, more when escaped. */
export const MAX_CALL = 8_000_000;
/** The longest frame of an import: 64 million characters of JSON inside JSON. */
export const MAX_IMPORT = 96_000_000;

const REQUEST = 1;
const ABORT = 4;

const Frame = z.object({
  i: z.union([z.string().min(1).max(64), z.number()]),
  t: z.literal([REQUEST, ABORT]).default(REQUEST),
  p: z.unknown().optional(),
});
/** Headers and a method are not accepted: no call of the contract needs them. The library's serialiser wraps input as `{ json, meta }`. */
const Call = z.object({
  u: z.string().max(200),
  b: z.object({ json: z.unknown().optional(), meta: z.array(z.unknown()).max(1000).optional() }).optional(),
});

/** All procedures, as `/namespace/name`. */
export const PROCEDURES: ReadonlySet<string> = new Set(
  (Object.keys(contract) as (keyof Contract)[]).flatMap((space) => Object.keys(contract[space]).map((name) => `/${space}/${name}`)),
);

export type CheckedFrame =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly id: string | number | null; readonly code: ErrorCode; readonly message: string };

/**
 * @param text one message as it came; null for a binary one
 * @returns the frame to pass on, or what is wrong with it and which call that concerns (null: none can be told)
 */
export function checkFrame(text: string | null): CheckedFrame {
  const refuse = (message: string, id: string | number | null = null, code: ErrorCode = 'invalid'): CheckedFrame => ({
    ok: false,
    id,
    code,
    message,
  });
  if (text === null) return refuse('Calls are text; this message was not.');
  if (text.length > MAX_IMPORT) return refuse(`This message is longer than ${MAX_IMPORT} characters.`, null, 'limit');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('This message is not JSON.');
  }
  const frame = Frame.safeParse(value);
  if (!frame.success) return refuse('This message is no frame of a call.');
  const { i, t, p } = frame.data;
  if (t === ABORT) return { ok: true, text: JSON.stringify({ i, t }) };
  const call = Call.safeParse(p);
  if (!call.success) return refuse('This frame holds no call.', i);
  const { u, b } = call.data;
  if (!PROCEDURES.has(u)) return refuse('There is no such procedure.', i, 'not-found');
  if (text.length > MAX_CALL && u !== '/learners/import') return refuse(`A call may have ${MAX_CALL} characters.`, i, 'limit');
  return { ok: true, text: JSON.stringify({ i, p: { u, b } }) };
}

/** The answer to a frame that was refused, in the library's own form, so that its client fails the call with the code. */
export function refusal(id: string | number | null, code: ErrorCode, message: string): string {
  const status = code === 'not-found' ? 404 : code === 'limit' ? 413 : 400;
  const error = { defined: false, code, status, message, data: { code, details: {}, retryable: false } };
  return JSON.stringify({ i: id, p: { s: status, b: { json: error } } });
}
