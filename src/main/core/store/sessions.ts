import type Database from 'better-sqlite3';
import type { RuntimeKind, StoryPartView } from '../../../shared/contract/values.ts';
import { isLive, type SessionState } from '../../../shared/domain/session-state.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';

export interface SessionRecord {
  readonly id: string;
  readonly learnerId: string;
  readonly labId: string;
  readonly labTitle: string;
  readonly runtime: RuntimeKind;
  readonly state: SessionState;
  readonly message: string;
  readonly startedAt: number;
  readonly acknowledgedAt: number | null;
  readonly endedAt: number | null;
  readonly solvedMs: number | null;
  readonly points: number;
  readonly assisted: boolean;
  /** What holds of the whole lab now; null before the first look. */
  readonly verdict: Verdict | null;
  /** The best that `verdict` ever was. Kept by this table. */
  readonly bestVerdict: Verdict | null;
  /** Story parts that the learner opened early. */
  readonly revealed: readonly StoryPartView['id'][];
  /** Folder of the session's own files on this host; empty for an imported session. */
  readonly folder: string;
  /** What the runtime needs to find it again, as JSON. */
  readonly runtimeData: unknown;
}

export type NewSession = Pick<SessionRecord, 'id' | 'learnerId' | 'labId' | 'labTitle' | 'runtime' | 'startedAt' | 'folder' | 'points'>;
export type SessionPatch = Partial<Omit<SessionRecord, 'id' | 'learnerId' | 'labId' | 'bestVerdict'>>;

interface Row {
  id: string;
  learner_id: string;
  lab_id: string;
  lab_title: string;
  runtime: RuntimeKind;
  state: SessionState;
  message: string;
  started_at: number;
  acknowledged_at: number | null;
  ended_at: number | null;
  solved_ms: number | null;
  points: number;
  assisted: number;
  verdict: Verdict | null;
  best_verdict: Verdict | null;
  revealed: string;
  folder: string;
  runtime_data: string;
}

const RANK: Readonly<Record<Verdict, number>> = { 'could-not-check': 0, 'not-yet': 1, mitigated: 2, fixed: 3 };

/** The better of two verdicts; one that could not be measured counts for nothing. */
export function betterVerdict(one: Verdict | null, other: Verdict | null): Verdict | null {
  if (one === null || other === null) return one ?? other;
  return RANK[one] >= RANK[other] ? one : other;
}

function toRecord(row: Row): SessionRecord {
  return {
    id: row.id,
    learnerId: row.learner_id,
    labId: row.lab_id,
    labTitle: row.lab_title,
    runtime: row.runtime,
    state: row.state,
    message: row.message,
    startedAt: row.started_at,
    acknowledgedAt: row.acknowledged_at,
    endedAt: row.ended_at,
    solvedMs: row.solved_ms,
    points: row.points,
    assisted: row.assisted === 1,
    verdict: row.verdict,
    bestVerdict: row.best_verdict,
    revealed: JSON.parse(row.revealed),
    folder: row.folder,
    runtimeData: JSON.parse(row.runtime_data),
  };
}

const WRITE = `INSERT INTO sessions (id, learner_id, lab_id, lab_title, runtime, state, message, started_at, acknowledged_at, ended_at,
    solved_ms, points, assisted, verdict, best_verdict, revealed, folder, runtime_data)
  VALUES (@id, @learnerId, @labId, @labTitle, @runtime, @state, @message, @startedAt, @acknowledgedAt, @endedAt,
    @solvedMs, @points, @assisted, @verdict, @bestVerdict, @revealed, @folder, @runtimeData)
  ON CONFLICT (id) DO UPDATE SET lab_title = excluded.lab_title, runtime = excluded.runtime, state = excluded.state,
    message = excluded.message, started_at = excluded.started_at, acknowledged_at = excluded.acknowledged_at,
    ended_at = excluded.ended_at, solved_ms = excluded.solved_ms, points = excluded.points, assisted = excluded.assisted,
    verdict = excluded.verdict, best_verdict = excluded.best_verdict, revealed = excluded.revealed, folder = excluded.folder,
    runtime_data = excluded.runtime_data`;

/** Runs of labs, one row each. */
export class SessionTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Adds a session in the state `preparing`. */
  add(session: NewSession): SessionRecord {
    const record: SessionRecord = {
      ...session,
      state: 'preparing',
      message: '',
      acknowledgedAt: null,
      endedAt: null,
      solvedMs: null,
      assisted: false,
      verdict: null,
      bestVerdict: null,
      revealed: [],
      runtimeData: null,
    };
    this.put(record);
    return record;
  }

  /** Writes a whole row, new or not. */
  put(record: SessionRecord): void {
    this.#database.prepare(WRITE).run({
      ...record,
      assisted: record.assisted ? 1 : 0,
      revealed: JSON.stringify(record.revealed),
      runtimeData: JSON.stringify(record.runtimeData ?? null),
    });
  }

  get(id: string): SessionRecord | null {
    const row = this.#database.prepare<[string], Row>('SELECT * FROM sessions WHERE id = ?').get(id);
    return row === undefined ? null : toRecord(row);
  }

  /**
   * Changes some fields.
   * @returns the session as it is then; null when there is none with this id
   */
  update(id: string, patch: SessionPatch): SessionRecord | null {
    return this.#database.transaction(() => {
      const old = this.get(id);
      if (old === null) return null;
      const next = { ...old, ...patch, bestVerdict: betterVerdict(old.bestVerdict, patch.verdict ?? null) };
      this.put(next);
      return next;
    })();
  }

  /** Newest first. */
  ofLearner(learnerId: string): SessionRecord[] {
    return this.#database
      .prepare<[string], Row>('SELECT * FROM sessions WHERE learner_id = ? ORDER BY started_at DESC, id')
      .all(learnerId)
      .map(toRecord);
  }

  /** Of all learners: those whose containers or processes may exist. */
  live(): SessionRecord[] {
    return this.#database
      .prepare<[], Row>(`SELECT * FROM sessions WHERE folder <> '' AND state NOT IN ('stopped', 'failed') ORDER BY started_at`)
      .all()
      .map(toRecord)
      .filter((session) => isLive(session.state));
  }
}
