import type Database from 'better-sqlite3';

/** Named JSON values. */
export class SettingTable {
  readonly #database: Database.Database;
  constructor(database: Database.Database) {
    this.#database = database;
  }

  all(): Record<string, unknown> {
    const rows = this.#database.prepare<[], { name: string; value: string }>('SELECT name, value FROM settings').all();
    return Object.fromEntries(rows.map((row) => [row.name, JSON.parse(row.value)]));
  }

  set(values: Readonly<Record<string, unknown>>): void {
    const write = this.#database.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(values)) write.run(name, JSON.stringify(value));
    })();
  }
}
