/**
 * What was typed into files and not saved. Kept by the browser beside the page, so that a reload, a crash or a closed window
 * loses none of it. It goes when the file is saved, and with its session.
 */

export interface Draft {
  readonly content: string;
  /** The version of the file that it was typed upon; null for one that does not exist. */
  readonly version: string | null;
}

const PREFIX = 'ops-lab:draft:';
/** Of a session that ended while no page looked. */
const LIFE_MS = 30 * 24 * 60 * 60 * 1000;

const keyOf = (sessionId: string, path: string) => `${PREFIX}${sessionId}/${path}`;

export class Drafts {
  readonly #storage: Storage;
  readonly #now: () => number;

  /** Lets go of drafts that are too old. @param now milliseconds since 1970 */
  constructor(storage: Storage, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
    this.#drop((key) => (this.#parse(key)?.at ?? 0) < now() - LIFE_MS);
  }

  /** @returns null when there is none */
  read(sessionId: string, path: string): Draft | null {
    const kept = this.#parse(keyOf(sessionId, path));
    return kept === null ? null : { content: kept.content, version: kept.version };
  }

  /** @returns false when the browser has no room for it */
  keep(sessionId: string, path: string, { content, version }: Draft): boolean {
    try {
      this.#storage.setItem(keyOf(sessionId, path), JSON.stringify({ content, version, at: this.#now() }));
      return true;
    } catch {
      return false;
    }
  }

  drop(sessionId: string, path: string): void {
    this.#storage.removeItem(keyOf(sessionId, path));
  }

  /** Of a session whose files are gone. */
  dropSession(sessionId: string): void {
    this.#drop((key) => key.startsWith(keyOf(sessionId, '')));
  }

  #parse(key: string): (Draft & { at: number }) | null {
    try {
      const { content, version, at } = JSON.parse(this.#storage.getItem(key) ?? '') as Record<string, unknown>;
      if (typeof content !== 'string' || typeof at !== 'number' || !(version === null || typeof version === 'string')) return null;
      return { content, version, at };
    } catch {
      // None, or not ours.
      return null;
    }
  }

  #drop(isGone: (key: string) => boolean): void {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? '');
    for (const key of keys) if (key.startsWith(PREFIX) && isGone(key)) this.#storage.removeItem(key);
  }
}
