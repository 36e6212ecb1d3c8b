import { randomBytes } from 'node:crypto';
import { ORPCError, ValidationError } from '@orpc/server';
import type { WireErrorData } from '../../shared/contract/client-errors.ts';
import { type ErrorCode, OpsLabError } from '../../shared/contract/errors.ts';

/** The statuses say no more than whose failure it is; everyone reads the code. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  'not-found': 404,
  invalid: 400,
  'import-invalid': 400,
  conflict: 409,
  'not-allowed': 403,
  unauthorized: 401,
  limit: 429,
  internal: 500,
};

export type WireError = ORPCError<string, WireErrorData>;

/** An expected failure, as it crosses the wire. */
export function wireError(error: OpsLabError): WireError {
  const { code, message, details, retryable } = error;
  return new ORPCError(code, { status: STATUS[code] ?? 422, message, data: { code, details, retryable } });
}

function placeOf(issue: { readonly path?: readonly unknown[] } | undefined): string {
  const path = issue?.path ?? [];
  return path.map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)).join('.');
}

/**
 * Any failure, as it crosses the wire. An unexpected one tells the caller nothing but a log id, under which all of it is
 * on standard error.
 * @param path of the procedure, for the log
 */
export function toWireError(error: unknown, path: readonly string[]): WireError {
  if (error instanceof OpsLabError) return wireError(error);
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    const issue = error.cause instanceof ValidationError ? error.cause.issues[0] : undefined;
    const where = placeOf(issue);
    const what = issue === undefined ? 'it is malformed' : `${where === '' ? 'the input' : where}: ${issue.message}`;
    return wireError(new OpsLabError('invalid', `The call ${path.join('.')} was refused: ${what}.`, { where }));
  }
  const logId = randomBytes(4).toString('hex');
  console.error(`ops-lab: internal failure ${logId} in ${path.join('.')}:`, error);
  return wireError(
    new OpsLabError(
      'internal',
      `Something failed inside Ops Lab. Its log has the details under ${logId}; try again, and report it if it stays.`,
      {
        logId,
      },
    ),
  );
}
