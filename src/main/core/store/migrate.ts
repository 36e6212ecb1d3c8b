import type Database from 'better-sqlite3';
import { OpsLabError } from '../../../shared/contract/errors.ts';

export interface Migration {
  /** The `user_version` that the database has afterwards. */
  readonly version: number;
  readonly sql: string;
}

/** The version of the database's schema; 0 for an empty file. */
export function schemaVersion(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/**
 * Brings the schema up to date: each migration in one transaction together with its version.
 * @param keepCopy called with the old version before the first change to a database that already holds data
 * @throws OpsLabError `store-newer` when a newer Ops Lab has written this database; nothing is changed then
 */
export function migrate(database: Database.Database, migrations: readonly Migration[], keepCopy: (version: number) => void): void {
  const found = schemaVersion(database);
  const latest = migrations.at(-1)?.version ?? 0;
  if (found > latest) {
    throw new OpsLabError(
      'store-newer',
      `This data was written by a newer Ops Lab (schema ${found}; this one knows ${latest}). Nothing was changed. Start the newer version, or choose another data directory with --data-dir.`,
      { found, known: latest },
    );
  }
  if (found > 0 && found < latest) keepCopy(found);
  for (const migration of migrations.filter((each) => each.version > found)) {
    const apply = database.transaction(() => {
      // Another process may have been faster: the version is read again under the write lock.
      if (schemaVersion(database) >= migration.version) return;
      database.exec(migration.sql);
      database.pragma(`user_version = ${migration.version}`);
    });
    apply.immediate();
  }
}

/** The schema as one text, for the committed snapshot. */
export function schemaText(database: Database.Database): string {
  const rows = database
    .prepare<[], { sql: string }>(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'commands_text_%' ORDER BY type, name`,
    )
    .all();
  return `-- user_version ${schemaVersion(database)}\n${rows.map((row) => `${row.sql};\n`).join('\n')}`;
}
