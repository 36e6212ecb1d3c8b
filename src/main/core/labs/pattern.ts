/**
 * Regular expressions that a lab brings. They may come from strangers, and a pattern such as (a+)+$ takes longer than
 * anybody lives on forty letters. V8 looks for an interruption while it backtracks, so each use has a deadline.
 * It is a time on the clock: well above what a busy machine may take for a harmless pattern.
 */
import { createContext, Script } from 'node:vm';
import { OpsLabError } from '../../../shared/contract/errors.ts';

const PATTERN_LIMITS = { deadlineMs: 500, lineLength: 1000, textLength: 256 * 1024 } as const;

const testScript = new Script('new RegExp(pattern).test(text)');
const replaceScript = new Script('text.replace(new RegExp(pattern, "gm"), () => replacement)');

function run(script: Script, values: Readonly<Record<string, string>>): unknown {
  try {
    return script.runInContext(createContext({ ...values }), { timeout: PATTERN_LIMITS.deadlineMs });
  } catch (error) {
    // The error comes from the other context, so it is no instance of this one's Error.
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw new OpsLabError('limit', `The pattern ${values.pattern} of the lab takes too long; its author has to make it simpler.`);
    }
    throw error;
  }
}

/** @returns why it is no regular expression; null when it is one */
export function patternError(pattern: string): string | null {
  try {
    new RegExp(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Whether a line of at most PATTERN_LIMITS.lineLength characters matches; what is beyond that is not looked at.
 * @throws OpsLabError `limit` when it takes longer than PATTERN_LIMITS.deadlineMs
 */
export function lineMatches(pattern: string, line: string): boolean {
  return run(testScript, { pattern, text: line.slice(0, PATTERN_LIMITS.lineLength) }) === true;
}

/**
 * Replaces each match in a text, with ^ and $ at line ends.
 * @throws OpsLabError `limit` when it takes longer than PATTERN_LIMITS.deadlineMs
 */
export function replaceMatches(pattern: string, text: string, replacement: string): string {
  return String(run(replaceScript, { pattern, text: text.slice(0, PATTERN_LIMITS.textLength), replacement }));
}
