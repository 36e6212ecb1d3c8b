/**
 * What belongs to this session. A row is written before the engine is asked (intent) and again once it has answered; the
 * file survives a crash, so that what was being made then is found. Only what stands here exists for the learner.
 */

import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export type Kind = 'container' | 'network' | 'volume' | 'image' | 'exec';

export interface PortMapping {
  /** `80/tcp`. */
  readonly container: string;
  readonly host: number;
}

export interface MountNote {
  readonly type: 'volume' | 'tmpfs';
  /** The learner's name of the volume; empty for tmpfs. */
  readonly name: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** What the gate remembers beside the id, by kind. */
export interface Notes {
  /** Container: the image as the learner wrote it. */
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly PortMapping[];
  readonly mounts?: readonly MountNote[];
  /** Learner's names of volumes without a name of the learner's own. */
  readonly anonymous?: readonly string[];
  readonly memory?: number;
  readonly pids?: number;
  /** A container of the lab that was handed over. */
  readonly service?: boolean;
  /** Exec: id of its container. */
  readonly container?: string;
  /** Exec: where its command begins. */
  readonly folder?: string;
  /** Container: removed by the engine when it ends. */
  readonly autoRemove?: boolean;
  /** Container: its resolv.conf, by the name of the file. */
  readonly file?: string;
  /** Container: what was asked for with --dns. */
  readonly dns?: readonly string[];
  /** Container: labels of its image that an event of the engine shows in place of what it measured. */
  readonly hidden?: readonly string[];
  /** Image: one of the lab that got a name of the learner's; it is never touched on the engine. */
  readonly shared?: boolean;
  /** Image: removed by the learner, and kept by the engine for as long as others are made from it. */
  readonly leaving?: boolean;
  /** Image: tags as the learner wrote them. */
  readonly tags?: readonly string[];
}

export interface Row {
  readonly key: string;
  readonly kind: Kind;
  /** As the learner calls it; of an image and an exec, empty. */
  readonly name: string;
  /** Full id; of a volume its name on the engine; null while the engine has not answered. */
  readonly id: string | null;
  readonly state: 'intent' | 'ours' | 'gone';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly notes: Notes;
}

export type OwnRow = Row & { readonly id: string };

/** Ids, of what is there and what has been removed, that are known at most. */
const REMEMBERED = 5_000;
/** Lines after which the file is written anew: a learner who makes and removes for days does not fill the disk. */
const MOST_LINES = 20_000;
/** Bytes after which it is written anew, at the earliest when it is twice as large as it was then. */
const MOST_BYTES = 8 * 1024 ** 2;

export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #byId = new Map<string, Row>();
  readonly #path: string | null;
  readonly #mostLines: number;
  readonly #mostBytes: number;
  #file: number | null = null;
  #lines = 0;
  #bytes = 0;
  /** What the file had when it was written anew. */
  #leastBytes = 0;

  /** @param path of the file, or null to keep it in memory only; rows of an earlier run are read */
  constructor(path: string | null, mostLines = MOST_LINES, mostBytes = MOST_BYTES) {
    this.#path = path;
    this.#mostLines = mostLines;
    this.#mostBytes = mostBytes;
    if (path === null) return;
    if (existsSync(path)) {
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        if (line === '') continue;
        try {
          this.#keep(JSON.parse(line) as Row);
          this.#lines += 1;
          this.#bytes += Buffer.byteLength(line) + 1;
        } catch {
          // The last line of a run that was killed while it wrote.
        }
      }
    }
    this.#file = openSync(path, 'a', 0o600);
    // A torn last line must not swallow the next one.
    appendFileSync(this.#file, '\n');
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** Takes a name, before the engine is asked. The caller has checked that it is free, in the same turn. */
  intend(kind: Kind, name: string, notes: Notes = {}): Row {
    return this.#write({ key: randomUUID(), kind, name, id: null, state: 'intent', at: Date.now(), notes });
  }

  complete(row: Row, id: string, notes: Notes = {}): OwnRow {
    return this.#write({ ...this.#now(row), id, state: 'ours', notes: { ...this.#now(row).notes, ...notes } }) as OwnRow;
  }

  change(row: Row, change: { readonly name?: string; readonly notes?: Notes }): Row {
    const now = this.#now(row);
    return this.#write({ ...now, name: change.name ?? now.name, notes: { ...now.notes, ...change.notes } });
  }

  remove(row: Row): void {
    if (this.#rows.has(row.key)) this.#write({ ...this.#now(row), state: 'gone' });
  }

  /** What is being made and what is ours. */
  rows(kind?: Kind): Row[] {
    return [...this.#rows.values()].filter((row) => kind === undefined || row.kind === kind);
  }

  own(kind: Kind): OwnRow[] {
    return this.rows(kind).filter((row): row is OwnRow => row.state === 'ours' && row.id !== null);
  }

  named(kind: Kind, name: string): Row | undefined {
    return this.rows(kind).find((row) => row.name === name);
  }

  byId(kind: Kind, id: string): OwnRow | undefined {
    const row = this.everById(kind, id);
    return row?.state === 'ours' ? row : undefined;
  }

  /** Also finds what has been removed since, for events that come late. */
  everById(kind: Kind, id: string): OwnRow | undefined {
    return this.#byId.get(`${kind} ${id}`) as OwnRow | undefined;
  }

  /** By name first, then by the beginning of an id, among our own only. @returns undefined for none, and for more than one */
  find(kind: Kind, reference: string): OwnRow | undefined {
    const own = this.own(kind);
    const named = own.find((row) => row.name !== '' && row.name === reference);
    if (named) return named;
    const prefix = reference.replace(/^sha256:/, '');
    if (!/^[0-9a-f]{1,64}$/.test(prefix)) return undefined;
    const matches = own.filter((row) => row.id.replace(/^sha256:/, '').startsWith(prefix));
    return matches.length === 1 ? matches[0] : undefined;
  }

  #now(row: Row): Row {
    return this.#rows.get(row.key) ?? row;
  }

  #write(row: Row): Row {
    this.#keep(row);
    if (this.#file === null) return row;
    const line = `${JSON.stringify(row)}\n`;
    appendFileSync(this.#file, line);
    this.#lines += 1;
    this.#bytes += Buffer.byteLength(line);
    if (this.#lines > this.#mostLines || this.#bytes > Math.max(this.#mostBytes, 2 * this.#leastBytes)) this.#compact();
    return row;
  }

  /** Writes what is known into a new file, which takes the place of the old one whole or not at all. */
  #compact(): void {
    if (this.#path === null || this.#file === null) return;
    // What is gone comes first, so that an id that is ours again is read as ours.
    const rows = [...[...this.#byId.values()].filter(({ state }) => state === 'gone'), ...this.#rows.values()];
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    this.#leastBytes = Buffer.byteLength(text);
    this.#bytes = this.#leastBytes;
    try {
      writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // The old file is still whole; later there may be room.
      this.#lines = 0;
      return;
    }
    closeSync(this.#file);
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#lines = rows.length;
  }

  #keep(row: Row): void {
    if (row.state === 'gone') this.#rows.delete(row.key);
    else this.#rows.set(row.key, row);
    if (row.id === null) return;
    const key = `${row.kind} ${row.id}`;
    // The newest last, so that what is forgotten is what has been gone for longest.
    this.#byId.delete(key);
    this.#byId.set(key, row);
    if (row.state === 'gone' && this.#byId.size > REMEMBERED) this.#forget();
  }

  #forget(): void {
    for (const [key, row] of this.#byId) {
      if (this.#byId.size <= REMEMBERED / 2) break;
      if (row.state === 'gone') this.#byId.delete(key);
    }
  }
}
