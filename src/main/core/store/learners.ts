import type Database from 'better-sqlite3';
import type * as v from '../../../shared/contract/values.ts';

interface Row {
  id: string;
  name: string;
  created_at: number;
  current: number;
  sessions: number;
  commands: number;
}

const SELECT = `SELECT id, name, created_at, current,
  (SELECT count(*) FROM sessions WHERE learner_id = learners.id) AS sessions,
  (SELECT count(*) FROM commands WHERE learner_id = learners.id) AS commands
  FROM learners`;

function toLearner(row: Row): v.Learner {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    current: row.current === 1,
    sessions: row.sessions,
    commands: row.commands,
  };
}

/** People with progress. At most one is current. Two may have one name; ids tell them apart. */
export class LearnerTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  list(): v.Learner[] {
    return this.#database.prepare<[], Row>(`${SELECT} ORDER BY created_at, id`).all().map(toLearner);
  }

  get(id: string): v.Learner | null {
    const row = this.#database.prepare<[string], Row>(`${SELECT} WHERE id = ?`).get(id);
    return row === undefined ? null : toLearner(row);
  }

  current(): v.Learner | null {
    const row = this.#database.prepare<[], Row>(`${SELECT} WHERE current = 1`).get();
    return row === undefined ? null : toLearner(row);
  }

  add(learner: { id: string; name: string; createdAt: number }): void {
    this.#database.prepare('INSERT INTO learners (id, name, created_at) VALUES (@id, @name, @createdAt)').run(learner);
  }

  rename(id: string, name: string): boolean {
    return this.#database.prepare('UPDATE learners SET name = ? WHERE id = ?').run(name, id).changes === 1;
  }

  makeCurrent(id: string): void {
    this.#database.transaction(() => {
      this.#database.prepare('UPDATE learners SET current = 0 WHERE current = 1').run();
      this.#database.prepare('UPDATE learners SET current = 1 WHERE id = ?').run(id);
    })();
  }

  /** Takes sessions, verdicts, hints, answers, pins, commands and the rows of recordings along. */
  remove(id: string): boolean {
    return this.#database.prepare('DELETE FROM learners WHERE id = ?').run(id).changes === 1;
  }
}
