import type Database from 'better-sqlite3';
import type { EvidencePin } from '../../../shared/contract/values.ts';

/** Lines of terminal output that the learner pinned. */
export class PinTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @returns false when a pin of this id is there already */
  add(sessionId: string, pin: EvidencePin): boolean {
    const { changes } = this.#database
      .prepare('INSERT INTO pins (id, session_id, terminal_id, text, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(pin.id, sessionId, pin.terminalId, pin.text, pin.at);
    return changes === 1;
  }

  /** @returns false when the session has no such pin */
  remove(sessionId: string, pinId: string): boolean {
    return this.#database.prepare('DELETE FROM pins WHERE session_id = ? AND id = ?').run(sessionId, pinId).changes === 1;
  }

  /** Oldest first. */
  ofSession(sessionId: string): EvidencePin[] {
    return this.#database
      .prepare<[string], EvidencePin>('SELECT id, terminal_id AS terminalId, text, at FROM pins WHERE session_id = ? ORDER BY at, id')
      .all(sessionId);
  }
}
