import type Database from 'better-sqlite3';

/** The newest answer to a diagnosis objective. */
export interface AnswerRecord {
  readonly objective: string;
  /** Id of the chosen option. */
  readonly chosen: string;
  /** Ids of the pins that were given as evidence. */
  readonly pins: readonly string[];
  readonly feedback: string;
  readonly at: number;
}

interface Row extends Omit<AnswerRecord, 'pins'> {
  pins: string;
}

export class AnswerTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Keeps the answer as the newest to its objective, also when the clock went back meanwhile. */
  put(sessionId: string, answer: AnswerRecord): void {
    this.#put(sessionId, answer, '');
  }

  /**
   * Keeps an answer of an import.
   * @returns false when a newer or this very one is there
   */
  import(sessionId: string, answer: AnswerRecord): boolean {
    return this.#put(sessionId, answer, 'WHERE excluded.at > at');
  }

  #put(sessionId: string, answer: AnswerRecord, condition: '' | 'WHERE excluded.at > at'): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO answers (session_id, objective, chosen, pins, feedback, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (session_id, objective) DO UPDATE SET chosen = excluded.chosen, pins = excluded.pins,
           feedback = excluded.feedback, at = excluded.at ${condition}`,
      )
      .run(sessionId, answer.objective, answer.chosen, JSON.stringify(answer.pins), answer.feedback, answer.at);
    return changes === 1;
  }

  ofSession(sessionId: string): AnswerRecord[] {
    return this.#database
      .prepare<[string], Row>('SELECT objective, chosen, pins, feedback, at FROM answers WHERE session_id = ? ORDER BY objective')
      .all(sessionId)
      .map((row) => ({ ...row, pins: JSON.parse(row.pins) }));
  }
}
