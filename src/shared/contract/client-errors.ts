import { ERROR_CODES, type ErrorCode, OpsLabError } from './errors.ts';

/** What an error carries as `data` across the wire. */
export interface WireErrorData {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWireErrorData(data: unknown): data is WireErrorData {
  return (
    isRecord(data) &&
    (ERROR_CODES as readonly unknown[]).includes(data.code) &&
    isRecord(data.details) &&
    typeof data.retryable === 'boolean'
  );
}

/**
 * The failure of a call, as the core threw it. What carries no code of ours (a lost connection, say) becomes `internal`
 * and may be tried again.
 */
export function toOpsLabError(error: unknown): OpsLabError {
  if (error instanceof OpsLabError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const data = isRecord(error) ? error.data : undefined;
  if (isWireErrorData(data)) return new OpsLabError(data.code, message, data.details, data.retryable);
  return new OpsLabError('internal', message, {}, true);
}
