/**
 * The codes of expected failures. The renderer chooses its words by code; `message` is a sentence for the person,
 * `details` is data for the words. A failure without a code becomes `internal` with a log id.
 */
export const ERROR_CODES = [
  'not-found',
  'invalid',
  'conflict',
  'not-allowed',
  'unauthorized',
  'engine-missing',
  'engine-failed',
  'image-missing',
  'runtime-unavailable',
  'lab-broken',
  'session-not-running',
  'terminal-exited',
  'file-too-large',
  'file-binary',
  'store-newer',
  'store-damaged',
  'import-invalid',
  'cancelled',
  'limit',
  'timeout',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An expected failure: what happened, what it means, what to do next. */
export class OpsLabError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, retryable = false) {
    super(message);
    this.name = 'OpsLabError';
    this.code = code;
    this.details = details;
    this.retryable = retryable;
  }
}
