/** Words for failures, by code alone: never by the text of a message. */
import { ORPCError } from '@orpc/client';
import { ERROR_CODES, type ErrorCode } from '../../../shared/contract/errors.ts';

export interface ErrorWords {
  /** What happened, as a heading. */
  readonly title: string;
  /** What it means, in one or two sentences. */
  readonly message: string;
  /** What to do next. */
  readonly next: string;
}

/** Heading and next step of each code. The sentence between them comes from the core, which knows the particulars. */
export const ERROR_WORDS: Readonly<Record<ErrorCode, { title: string; next: string }>> = {
  'not-found': { title: 'It is not there', next: 'Go back, and choose it anew.' },
  invalid: { title: 'That cannot be done like this', next: 'Change the input, then try again.' },
  conflict: { title: 'It has changed in the meantime', next: 'Look at the newest state, then decide again.' },
  'not-allowed': { title: 'Not allowed here', next: 'Ask whoever runs this host, or use your own machine.' },
  unauthorized: { title: 'This page is not logged in', next: 'Open the newest link that the host printed.' },
  'engine-missing': {
    title: 'No container engine answers',
    next: 'Start Docker, then check again on the Engine page, or use the shell runtime.',
  },
  'engine-failed': { title: 'The container engine failed', next: 'Look at the Engine page, then try again.' },
  'image-missing': { title: 'The lab image is not built', next: 'Build it on the Engine page, then start the lab.' },
  'runtime-unavailable': {
    title: 'This runtime is not available here',
    next: 'Choose the other runtime, or see the Engine page for what is missing.',
  },
  'lab-broken': { title: 'The lab itself has an error', next: 'Its problems are listed under the labs.' },
  'session-not-running': { title: 'The session is not running', next: 'Start the lab again from the labs page.' },
  'terminal-exited': { title: 'This terminal has ended', next: 'Open a new one. Its output is kept.' },
  'file-too-large': { title: 'The file is too large for the editor', next: 'Use an editor in a terminal.' },
  'file-binary': { title: 'The file is not text', next: 'Look at it with a tool in a terminal.' },
  'store-newer': { title: 'The data is from a newer Ops Lab', next: 'Start the newer version, or choose another data directory.' },
  'store-damaged': { title: 'The data could not be read', next: 'A copy from before the last upgrade is in the data directory.' },
  'import-invalid': { title: 'This file cannot be imported', next: 'Choose a file that Ops Lab has exported.' },
  cancelled: { title: 'Stopped', next: 'Nothing was kept of it. You can start it again.' },
  limit: { title: 'A limit is reached', next: 'Close or stop something, then try again.' },
  timeout: { title: 'It took too long', next: 'Try again. If it happens again, look at the Engine page.' },
  internal: { title: 'Something broke inside Ops Lab', next: 'Your work is kept. Try again.' },
};

/** The code of a failure, or null when it is no failure of the core (the line broke, or a bug of this page). */
export function errorCode(error: unknown): ErrorCode | null {
  if (!(error instanceof ORPCError)) return null;
  const code: string = error.code;
  return ERROR_CODES.find((known) => known === code) ?? 'internal';
}

export function errorWords(error: unknown): ErrorWords {
  const code = errorCode(error);
  if (code === null) {
    return {
      title: 'The connection broke',
      message: 'The answer did not arrive.',
      next: 'Ops Lab reconnects by itself. Try again then.',
    };
  }
  const { title, next } = ERROR_WORDS[code];
  return { title, message: error instanceof ORPCError ? error.message : '', next };
}
