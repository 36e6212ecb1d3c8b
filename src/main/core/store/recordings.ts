import type Database from 'better-sqlite3';

/** Where the recording of one terminal is. */
export interface RecordingRecord {
  readonly terminalId: string;
  readonly sessionId: string;
  /** Name of the terminal in lab.yaml. */
  readonly name: string;
  /** Path of the asciicast file, relative to the data directory, with `/`. */
  readonly file: string;
  readonly startedAt: number;
}

const SELECT = 'SELECT terminal_id AS terminalId, session_id AS sessionId, name, file, started_at AS startedAt FROM recordings';

export class RecordingTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @returns false when this terminal has one already */
  add(recording: RecordingRecord): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO recordings (terminal_id, session_id, name, file, started_at)
         VALUES (@terminalId, @sessionId, @name, @file, @startedAt) ON CONFLICT DO NOTHING`,
      )
      .run(recording);
    return changes === 1;
  }

  /** Like `add`, but the newest file of a terminal that was opened again takes the place of the earlier one. */
  put(recording: RecordingRecord): void {
    this.#database
      .prepare(
        `INSERT INTO recordings (terminal_id, session_id, name, file, started_at)
         VALUES (@terminalId, @sessionId, @name, @file, @startedAt)
         ON CONFLICT (terminal_id) DO UPDATE SET file = excluded.file`,
      )
      .run(recording);
  }

  get(terminalId: string): RecordingRecord | null {
    return this.#database.prepare<[string], RecordingRecord>(`${SELECT} WHERE terminal_id = ?`).get(terminalId) ?? null;
  }

  /** Oldest first. */
  ofSession(sessionId: string): RecordingRecord[] {
    return this.#database
      .prepare<[string], RecordingRecord>(`${SELECT} WHERE session_id = ? ORDER BY started_at, terminal_id`)
      .all(sessionId);
  }
}
