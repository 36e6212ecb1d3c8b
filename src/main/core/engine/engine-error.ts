/** Failures of engine calls as `OpsLabError`, by status and code, never by text. */
import { OpsLabError } from '../../../shared/contract/errors.ts';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'EACCES', 'EPERM', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT']);

/** The HTTP status of an engine's refusal, or null for anything else. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : null;
}

/** The engine's own sentence about its refusal. */
export function messageOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | null)?.json;
  if (typeof json?.message === 'string') return json.message;
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param doing what was being done, such as `start the service api`
 * @returns `engine-missing` when the engine is not there, `timeout`, `cancelled`, or `engine-failed` with the engine's sentence
 */
export function engineError(error: unknown, doing: string): OpsLabError {
  if (error instanceof OpsLabError) return error;
  const name = (error as { name?: unknown } | null)?.name;
  const code = (error as { code?: unknown } | null)?.code;
  const cause = (error as { cause?: { name?: unknown } } | null)?.cause;
  if (name === 'TimeoutError' || cause?.name === 'TimeoutError') {
    return new OpsLabError('timeout', `The engine did not answer in time when asked to ${doing}. It may be busy: try again.`, {}, true);
  }
  if (name === 'AbortError' || code === 'ABORT_ERR') return new OpsLabError('cancelled', `Cancelled: ${doing}.`);
  if (statusOf(error) === null && typeof code === 'string' && UNREACHABLE.has(code)) {
    return new OpsLabError(
      'engine-missing',
      `The Docker engine could not be reached (${code}) to ${doing}. Start it, then try again.`,
      { code },
      true,
    );
  }
  return new OpsLabError('engine-failed', `The engine could not ${doing}: ${messageOf(error)}`, { status: statusOf(error) });
}
