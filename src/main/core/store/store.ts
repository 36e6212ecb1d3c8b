/** The one owner of the database handle. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { AnswerTable } from './answers.ts';
import { CommandTable } from './commands.ts';
import { isSound, keepCopy, listCopies, restore } from './copies.ts';
import { HintTable } from './hints.ts';
import { LearnerTable } from './learners.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { PinTable } from './pins.ts';
import { RecordingTable } from './recordings.ts';
import { SessionTable } from './sessions.ts';
import { SettingTable } from './settings.ts';
import { VerdictTable } from './verdicts.ts';

const COPY_EVERY_MS = 6 * 60 * 60 * 1000;
/** A copy takes 40 ms per MB (measured); beyond this size in bytes, closing makes one only when the newest is older than COPY_EVERY_MS. */
const COPY_AT_CLOSE_BELOW = 16 * 1024 * 1024;

/**
 * How long a write waits for a lock once the host runs, in milliseconds: everything else waits with it. Nobody but a tool
 * that looks at the file locks it, since one host has the data directory.
 */
const BUSY_MS = 500;

/** An id as the contract wants it: 32 lower-case hex digits. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

export interface Store {
  readonly file: string;
  /** What the person should know about how the database was opened; sentences. */
  readonly notices: readonly string[];
  readonly learners: LearnerTable;
  readonly settings: SettingTable;
  readonly sessions: SessionTable;
  readonly verdicts: VerdictTable;
  readonly hints: HintTable;
  readonly answers: AnswerTable;
  readonly pins: PinTable;
  readonly commands: CommandTable;
  readonly recordings: RecordingTable;
  /** Runs `work` in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: () => T): T;
  /** Keeps a copy when something changed, then closes. Safe to call twice. */
  close(): void;
}

/** Why the database could not be opened, by SQLite's code, and what helps. */
function openingFailure(file: string, error: unknown): OpsLabError {
  const code = (error as { code?: string }).code ?? '';
  const said = (error as Error).message;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new OpsLabError(
      'conflict',
      `The database ${file} is locked by another program. Close it (a database viewer, a backup), then start again.`,
      { file },
      true,
    );
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return new OpsLabError(
      'limit',
      `The disk is full: the database ${file} could not be opened for writing. Free some space, or choose another place with --data-dir.`,
      { file },
      true,
    );
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || ['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new OpsLabError(
      'not-allowed',
      `The database ${file} cannot be written (${said}). Make its folder writable for you, or choose another one with --data-dir.`,
      { file },
    );
  return new OpsLabError(
    'store-damaged',
    `The database ${file} cannot be opened: ${said}. Choose another data directory with --data-dir, or put the file aside.`,
    { file },
  );
}

/**
 * Opens the database, or makes it. The newest copy takes the place of one that is damaged, or gone (see `notices`).
 * What a call has written when it returns is there after a crash of this process.
 * @throws OpsLabError `store-newer`; `store-damaged` when it can be neither read nor replaced; `conflict` while another program
 *   locks it; `limit` when the disk is full; `not-allowed` when it cannot be written
 */
export function openStore(file: string): Store {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const notices: string[] = [];
  let database: Database.Database;
  try {
    const usable = existsSync(file) ? isSound(file, statSync(file).size) : listCopies(file).length === 0;
    if (!usable) notices.push(restore(file));
    database = new Database(file);
    chmodSync(file, 0o600);
    database.pragma('busy_timeout = 5000');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    // A checkpoint waits for the disk, and a command writes some 13 pages: with the 1000 that SQLite takes by itself one command in
    // 77 would wait, so four times as many, which is 16 MB beside the database.
    database.pragma('wal_autocheckpoint = 4000');
    database.pragma('foreign_keys = ON');
  } catch (error) {
    throw openingFailure(file, error);
  }
  try {
    migrate(database, MIGRATIONS, (version) => keepCopy(database, file, `before-upgrade-from-${version}`));
    database.pragma(`busy_timeout = ${BUSY_MS}`);
  } catch (error) {
    database.close();
    throw error instanceof OpsLabError ? error : openingFailure(file, error);
  }

  const changes = database.prepare<[], number>('SELECT total_changes()').pluck();
  let copied = changes.get() ?? 0;
  const copyIfChanged = () => {
    const now = changes.get() ?? 0;
    if (now === copied) return;
    try {
      keepCopy(database, file);
      copied = now;
    } catch (error) {
      // A full disk must not keep the product from going on or from closing.
      console.error(`ops-lab: no copy of the database could be kept: ${(error as Error).message}`);
    }
  };
  const timer = setInterval(copyIfChanged, COPY_EVERY_MS);
  timer.unref();

  return {
    file,
    notices,
    learners: new LearnerTable(database),
    settings: new SettingTable(database),
    sessions: new SessionTable(database),
    verdicts: new VerdictTable(database),
    hints: new HintTable(database),
    answers: new AnswerTable(database),
    pins: new PinTable(database),
    commands: new CommandTable(database),
    recordings: new RecordingTable(database),
    transaction: (work) => database.transaction(work)(),
    close: () => {
      if (!database.open) return;
      clearInterval(timer);
      const newest = listCopies(file)[0];
      const recent = newest !== undefined && Date.now() - statSync(newest).mtimeMs < COPY_EVERY_MS;
      if (!recent || statSync(file).size < COPY_AT_CLOSE_BELOW) copyIfChanged();
      database.close();
    },
  };
}
