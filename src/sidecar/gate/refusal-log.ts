/** One line for each refusal, beside the ledger: who runs the room can see what was tried. */
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BOUNDS } from './limits.ts';

export class RefusalLog {
  readonly #path: string;
  #lines = 0;

  constructor(ledgerFile: string) {
    this.#path = join(dirname(ledgerFile), 'refusals.jsonl');
  }

  /** @param path without the query, which may hold what a learner typed */
  write(method: string, path: string, status: number, message: string): void {
    if (this.#lines >= BOUNDS.refusalLines) return;
    this.#lines += 1;
    try {
      appendFileSync(this.#path, `${JSON.stringify({ at: new Date().toISOString(), method, path, status, message })}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not turn a refusal into something else.
    }
  }
}
