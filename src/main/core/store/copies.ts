/** Copies of the database: kept now and then, and what a damaged database is restored from. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';

/** Copies that are kept; older ones go. */
const KEEP = 3;
/** Above this size, in bytes, the check at every start is only a look at the schema: a full one would take seconds. */
const FULL_CHECK_BELOW = 64 * 1024 * 1024;

function folderOf(file: string): string {
  return join(dirname(file), 'copies');
}

/** Absolute paths of the copies of `file`, newest first. */
export function listCopies(file: string): string[] {
  const folder = folderOf(file);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.copy'))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

/** When a copy was taken, in epoch milliseconds; 0 for none. */
function takenAt(copy: string | undefined): number {
  return copy === undefined ? 0 : Number(basename(copy).split('.').at(-2));
}

/**
 * Writes a consistent copy beside the database and drops the oldest ones. Reads every page, so that a damaged database
 * makes no copy.
 * @param label part of the name; copies with a label are kept for good
 * @throws the SQLite error when the database cannot be read
 */
export function keepCopy(database: Database.Database, file: string, label = ''): string {
  const folder = folderOf(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The newest copy has the highest number, also when the clock went back meanwhile.
  const number = Math.max(Date.now(), takenAt(listCopies(file)[0]) + 1);
  const name = label === '' ? `${basename(file)}.${number}.copy` : `${basename(file)}.${label}`;
  const target = join(folder, name);
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  database.prepare('VACUUM INTO ?').run(partial);
  chmodSync(partial, 0o600);
  renameSync(partial, target);
  for (const old of listCopies(file).slice(KEEP)) rmSync(old, { force: true });
  return target;
}

/**
 * Whether the database can be read as such.
 * @throws for a failure that is no damage, such as a missing permission or a lock
 */
export function isSound(file: string, size: number): boolean {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { fileMustExist: true });
    database.pragma('busy_timeout = 5000');
    if (size >= FULL_CHECK_BELOW) {
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return true;
    }
    return database.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return false;
    throw error;
  } finally {
    database?.close();
  }
}

/**
 * Puts the newest sound copy in the place of a database that is damaged, which is put aside, or missing. Nothing is moved before the
 * copy is written as a whole.
 * @returns a sentence for the person
 * @throws what the file system does, such as ENOSPC; all is then as it was
 */
export function restore(file: string): string {
  const copy = listCopies(file).find((candidate) => isSound(candidate, 0));
  const partial = `${file}.restored`;
  if (copy !== undefined) {
    try {
      copyFileSync(copy, partial);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
  }
  const damaged = existsSync(file);
  const aside = `${file}.damaged-${Date.now()}`;
  // The database last, and its log before: a start that is cut off in between finds the one or the other.
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`);
  }
  if (copy !== undefined) renameSync(partial, file);
  const taken = new Date(takenAt(copy)).toISOString().replace('T', ' ').slice(0, 16);
  const instead = `the copy of ${taken} UTC took its place; what was done after that is missing.`;
  if (!damaged)
    return `The database was missing and ${copy === undefined ? 'no copy of it can be read; Ops Lab starts with an empty one.' : instead}`;
  return copy === undefined
    ? `The database was damaged and there was no copy to go back to. It was put aside as ${basename(aside)}; Ops Lab starts with an empty one.`
    : `The database was damaged. It was put aside as ${basename(aside)}, and ${instead}`;
}
