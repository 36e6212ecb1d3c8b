/** What an exit code says. Pure. */
import type { CommandRow } from '../../../../shared/contract/values.ts';

export interface ExitWord {
  /** For the table: the code, or why there is none. */
  readonly short: string;
  /** A sentence where the code has a known meaning; else empty. */
  readonly sentence: string;
  /** Whether it is shown as a failure: ending by Ctrl C or by `timeout` is what somebody wanted. */
  readonly failed: boolean;
}

const KNOWN: Readonly<Record<number, { sentence: string; wanted?: boolean }>> = {
  124: { sentence: 'Exit 124 is timeout ending the command on purpose. Not an error.', wanted: true },
  126: { sentence: 'Exit 126: the file is there but may not be run.' },
  127: { sentence: 'Exit 127: the shell found no such command.' },
  130: { sentence: 'Exit 130: ended by Ctrl C (signal 2).', wanted: true },
  137: { sentence: 'Exit 137: killed by signal 9. Whether memory ran out, this code alone does not say.' },
  139: { sentence: 'Exit 139: ended by signal 11, an invalid memory access.' },
  141: { sentence: 'Exit 141: ended by signal 13; whoever read its output had gone.', wanted: true },
  143: { sentence: 'Exit 143: ended by signal 15, a polite request.', wanted: true },
};

export function exitWord({ exitCode, durationMs }: Pick<CommandRow, 'exitCode' | 'durationMs'>): ExitWord {
  if (exitCode === null) {
    return durationMs === null
      ? { short: '', sentence: 'It is running, or its end was never seen.', failed: false }
      : { short: '?', sentence: 'Its exit code was never seen.', failed: false };
  }
  const known = KNOWN[exitCode];
  return { short: String(exitCode), sentence: known?.sentence ?? '', failed: exitCode !== 0 && !known?.wanted };
}
