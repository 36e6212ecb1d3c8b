import type Database from 'better-sqlite3';

export interface OpenedHint {
  readonly hint: string;
  readonly cost: number;
  readonly at: number;
}

/** Hints that were opened, and what each cost then. */
export class HintTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @returns false when it was open already; it then costs nothing more */
  open(sessionId: string, opened: OpenedHint): boolean {
    const { changes } = this.#database
      .prepare('INSERT INTO hints (session_id, hint, cost, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(sessionId, opened.hint, opened.cost, opened.at);
    return changes === 1;
  }

  /** Oldest first. */
  ofSession(sessionId: string): OpenedHint[] {
    return this.#database
      .prepare<[string], OpenedHint>('SELECT hint, cost, at FROM hints WHERE session_id = ? ORDER BY at, hint')
      .all(sessionId);
  }
}
