import type Database from 'better-sqlite3';
import type { Measurement, Verdict } from '../../../shared/domain/verdict.ts';

/** One look at an objective, as kept. */
export interface VerdictRecord {
  readonly objective: string;
  readonly verdict: Verdict;
  readonly at: number;
  readonly measurements: readonly Measurement[];
  readonly reasons: readonly string[];
}

interface Row {
  objective: string;
  verdict: Verdict;
  at: number;
  measurements: string;
  reasons: string;
}

function toRecord(row: Row): VerdictRecord {
  return { ...row, measurements: JSON.parse(row.measurements), reasons: JSON.parse(row.reasons) };
}

/** The newest look at each objective, and every change of a verdict over time. */
export class VerdictTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /**
   * Keeps a look as the newest one, also when the clock went back meanwhile; it enters the history when the verdict differs from the one before.
   * @returns whether the verdict changed
   */
  record(sessionId: string, look: VerdictRecord): boolean {
    return this.#database.transaction(() => {
      const before = this.#database
        .prepare<[string, string], { verdict: Verdict }>('SELECT verdict FROM objectives WHERE session_id = ? AND objective = ?')
        .get(sessionId, look.objective);
      this.#put(sessionId, look, '');
      return before?.verdict !== look.verdict && this.addToHistory(sessionId, look);
    })();
  }

  /** @returns false when there is an entry of this objective and time already */
  addToHistory(sessionId: string, look: VerdictRecord): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO verdicts (session_id, objective, verdict, at, measurements, reasons)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (session_id, objective, at) DO NOTHING`,
      )
      .run(sessionId, look.objective, look.verdict, look.at, JSON.stringify(look.measurements), JSON.stringify(look.reasons));
    return changes === 1;
  }

  /** Takes a look of an import as the newest one, unless a newer one is there. */
  importCurrent(sessionId: string, look: VerdictRecord): void {
    this.#put(sessionId, look, 'WHERE excluded.at >= at');
  }

  #put(sessionId: string, look: VerdictRecord, condition: '' | 'WHERE excluded.at >= at'): void {
    this.#database
      .prepare(
        `INSERT INTO objectives (session_id, objective, verdict, at, measurements, reasons) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (session_id, objective) DO UPDATE SET verdict = excluded.verdict, at = excluded.at,
           measurements = excluded.measurements, reasons = excluded.reasons ${condition}`,
      )
      .run(sessionId, look.objective, look.verdict, look.at, JSON.stringify(look.measurements), JSON.stringify(look.reasons));
  }

  /** The newest look at each objective. */
  current(sessionId: string): VerdictRecord[] {
    return this.#database
      .prepare<[string], Row>('SELECT objective, verdict, at, measurements, reasons FROM objectives WHERE session_id = ?')
      .all(sessionId)
      .map(toRecord);
  }

  /** Changes over time, oldest first. */
  history(sessionId: string): VerdictRecord[] {
    return this.#database
      .prepare<[string], Row>('SELECT objective, verdict, at, measurements, reasons FROM verdicts WHERE session_id = ? ORDER BY at, id')
      .all(sessionId)
      .map(toRecord);
  }
}
