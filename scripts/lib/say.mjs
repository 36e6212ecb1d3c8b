import { interruptCode, interrupted, listenForInterrupts } from './interrupt.mjs';

// What the scripts tell the person. Everything goes to stderr, so that `npm run lab -- list --json` stays parseable.

/** One line about a step that takes long. @param {string} line */
export function say(line) {
  process.stderr.write(`ops-lab: ${line}\n`);
}

/** A step that failed, told so that the person can act on it. */
export class StepError extends Error {
  /**
   * @param {string} what what failed and what that means
   * @param {{ log?: string, todo: string }} help where the whole output is, and what to do
   */
  constructor(what, { log, todo }) {
    super(what);
    this.name = 'StepError';
    this.log = log;
    this.todo = todo;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

/** @param {unknown} error @returns {string} the lines to print for it */
export function explain(error) {
  if (error instanceof UsageError) return `ops-lab: ${error.message}`;
  if (error instanceof StepError) {
    const lines = [`ops-lab: FAILED: ${error.message}`];
    if (error.log !== undefined) lines.push(`         log:     ${error.log}`);
    lines.push(`         to do:   ${error.todo}`);
    return lines.join('\n');
  }
  return `ops-lab: FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/**
 * Runs a script's main function: its number is the exit code; errors are explained, usage errors exit with 2, others with 1, and
 * an interrupted run with 128 + the signal's number.
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  listenForInterrupts();
  try {
    process.exitCode = await main();
  } catch (error) {
    if (interrupted.aborted) {
      process.exitCode = interruptCode();
      return;
    }
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
