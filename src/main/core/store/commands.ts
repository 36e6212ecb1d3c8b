import type Database from 'better-sqlite3';
import type { CommandRow } from '../../../shared/contract/values.ts';
import { searchTerms } from './search-terms.ts';

export interface NewCommand {
  /** Tells it apart on every machine, so that importing twice adds nothing: 32 hex digits. */
  readonly uid: string;
  readonly sessionId: string;
  /** Name of the terminal in lab.yaml. */
  readonly terminal: string;
  readonly command: string;
  readonly directory: string;
  readonly exitCode: number | null;
  readonly startedAt: number;
  readonly durationMs: number | null;
}

export interface CommandQuery {
  readonly learnerId: string;
  readonly text: string;
  readonly labId?: string;
  readonly sessionId?: string;
  readonly failedOnly: boolean;
  /** Only commands with a smaller id. */
  readonly before?: number;
  readonly limit: number;
}

const SELECT = `SELECT commands.id, commands.session_id AS sessionId, sessions.lab_id AS labId, sessions.lab_title AS labTitle,
  commands.terminal, commands.command, commands.directory, commands.exit_code AS exitCode, commands.started_at AS startedAt,
  commands.duration_ms AS durationMs
  FROM commands JOIN sessions ON sessions.id = commands.session_id`;

export class CommandTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /**
   * @returns the row with its id; null when its uid is there already
   * @throws when the session does not exist
   */
  add(command: NewCommand): CommandRow | null {
    const { changes, lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO commands (uid, session_id, learner_id, terminal, command, directory, exit_code, started_at, duration_ms)
         VALUES (@uid, @sessionId, (SELECT learner_id FROM sessions WHERE id = @sessionId), @terminal, @command, @directory,
           @exitCode, @startedAt, @durationMs) ON CONFLICT (uid) DO NOTHING`,
      )
      .run(command);
    return changes === 1 ? this.get(Number(lastInsertRowid)) : null;
  }

  get(id: number): CommandRow | null {
    return this.#database.prepare<[number], CommandRow>(`${SELECT} WHERE commands.id = ?`).get(id) ?? null;
  }

  /** Ends a command that was added while it ran. @returns the row as it is then; null for an unknown uid */
  end(uid: string, exitCode: number | null, durationMs: number | null): CommandRow | null {
    const id = this.#database
      .prepare<[number | null, number | null, string], number>(
        'UPDATE commands SET exit_code = ?, duration_ms = ? WHERE uid = ? RETURNING id',
      )
      .pluck()
      .get(exitCode, durationMs, uid);
    return id === undefined ? null : this.get(id);
  }

  /** In the order of their ids. */
  ofSession(sessionId: string): NewCommand[] {
    return this.#database
      .prepare<[string], NewCommand>(
        `SELECT uid, session_id AS sessionId, terminal, command, directory, exit_code AS exitCode, started_at AS startedAt,
         duration_ms AS durationMs FROM commands WHERE session_id = ? ORDER BY id`,
      )
      .all(sessionId);
  }

  /** Whether a command was ever run in this session. */
  any(sessionId: string): boolean {
    return this.#database.prepare<[string], number>('SELECT 1 FROM commands WHERE session_id = ? LIMIT 1').pluck().get(sessionId) === 1;
  }

  count(learnerId: string): number {
    return this.#database.prepare<[string], number>('SELECT count(*) FROM commands WHERE learner_id = ?').pluck().get(learnerId) ?? 0;
  }

  /** Newest first: by id, since ordering by rank takes 80 ms for a common word in a million rows. */
  search(query: CommandQuery): { commands: CommandRow[]; more: boolean } {
    const terms = searchTerms(query.text);
    const where = ['commands.learner_id = @learnerId'];
    const values: Record<string, unknown> = { learnerId: query.learnerId, limit: query.limit + 1 };
    const add = (condition: string, name?: string, value?: unknown) => {
      where.push(condition);
      if (name !== undefined) values[name] = value;
    };
    // The index is read newest first up to the limit; as a plain join the planner would sort all matches.
    const source =
      terms.match === null
        ? SELECT
        : SELECT.replace('FROM commands JOIN', 'FROM commands_text JOIN commands ON commands.id = commands_text.rowid JOIN');
    const order = terms.match === null ? 'commands.id' : 'commands_text.rowid';
    if (terms.match !== null) add('commands_text MATCH @match', 'match', terms.match);
    terms.like.forEach((pattern, index) => {
      add(`commands.command LIKE @like${index} ESCAPE '\\'`, `like${index}`, pattern);
    });
    if (query.labId !== undefined) add('sessions.lab_id = @labId', 'labId', query.labId);
    if (query.sessionId !== undefined) add('commands.session_id = @sessionId', 'sessionId', query.sessionId);
    if (query.failedOnly) add('commands.exit_code <> 0');
    if (query.before !== undefined) add(`${order} < @before`, 'before', query.before);
    const rows = this.#database
      .prepare<[Record<string, unknown>], CommandRow>(`${source} WHERE ${where.join(' AND ')} ORDER BY ${order} DESC LIMIT @limit`)
      .all(values);
    return { commands: rows.slice(0, query.limit), more: rows.length > query.limit };
  }
}
