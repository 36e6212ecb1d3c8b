/** When a viewer acknowledges: after every `FLOW.ackEvery` bytes that its terminal has taken, counted in bytes of pty output. */
import { FLOW } from '../../../../shared/terminal-wire/flow.ts';

export class AckCounter {
  #owed = 0;

  /** Counts bytes taken. Returns how many to acknowledge now; 0 means not yet. */
  taken(bytes: number): number {
    this.#owed += bytes;
    if (this.#owed < FLOW.ackEvery) return 0;
    const count = this.#owed;
    this.#owed = 0;
    return count;
  }
}
