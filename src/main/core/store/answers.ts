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

  /**
   * Keeps the newest answer to each objective.
   * @returns false when a newer or this very one is there
   */
  put(sessionId: string, answer: AnswerRecord): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO answers (session_id, objective, chosen, pins, feedback, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (session_id, objective) DO UPDATE SET chosen = excluded.chosen, pins = excluded.pins,
           feedback = excluded.feedback, at = excluded.at WHERE excluded.at > at`,
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
