/** One-time links and the cookie sessions that they become. Only hashes are kept, in memory and in the file. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** How long a one-time link can be used, in milliseconds. */
export const LINK_LIFE_MS = 10 * 60 * 1000;
/** How long a page whose answer was lost may ask again, in milliseconds. */
export const LOST_ANSWER_MS = 60 * 1000;
/** How long a browser stays logged in after it was last seen. */
const SESSION_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
/** Browsers that may be logged in; the one unseen for the longest goes first. */
const MAX_SESSIONS = 20;
/** Seen times are written at most this often. */
const TOUCH_EVERY_MS = 60 * 60 * 1000;

const FileSchema = z.array(z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), seenAt: z.number() }));

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** 256 random bits, safe in a URL and in a cookie. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export class Logins {
  readonly #file: string;
  readonly #now: () => number;
  /** Hash of a session's id -> when it was last seen. */
  readonly #sessions = new Map<string, number>();
  readonly #links = new Map<string, number>();
  /** Hash of a used token and its attempt -> the session that it became, whose cookie may not have arrived. */
  readonly #answers = new Map<string, { readonly session: string; readonly until: number }>();
  readonly #revokeListeners = new Set<(session: string) => void>();

  /**
   * @param file where hashes are kept, so that a page survives a restart of the host; readable by its owner only
   * @param now milliseconds since 1970
   */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
    try {
      const kept = FileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      for (const { hash, seenAt } of kept.success ? kept.data : []) this.#sessions.set(hash, seenAt);
    } catch {
      // No file yet, or a damaged one: a new link is needed then, nothing more.
    }
  }

  /** @returns the token of a link that can be used once */
  newLink(): string {
    const token = newSecret();
    this.#links.set(hashOf(token), this.#now() + LINK_LIFE_MS);
    return token;
  }

  /**
   * Uses up a link's token.
   * @param former cookie that the browser had before: it ends, so that nobody can plant one
   * @param attempt secret of the page that asks. With the same one it may ask again for a minute, since an answer can be lost
   *   on its way; the session of the lost answer ends then.
   * @returns the new session's id for the cookie; null for a token that is unknown, used or too old
   */
  redeem(token: string, former: string | undefined, attempt?: string): string | null {
    const now = this.#now();
    const hash = hashOf(token);
    const expires = this.#links.get(hash);
    this.#links.delete(hash);
    for (const [key, { until }] of this.#answers) if (until < now) this.#answers.delete(key);
    const key = attempt === undefined ? null : hashOf(`${token} ${attempt}`);
    const lost = key === null ? undefined : this.#answers.get(key);
    if (lost === undefined && (expires === undefined || expires < now)) return null;
    for (const ended of [lost?.session, former === undefined ? undefined : hashOf(former)]) if (ended !== undefined) this.#revoke(ended);
    const id = newSecret();
    this.#sessions.set(hashOf(id), now);
    if (key !== null) this.#answers.set(key, { session: hashOf(id), until: lost?.until ?? now + LOST_ANSWER_MS });
    const byAge = [...this.#sessions].sort((one, other) => other[1] - one[1]);
    for (const [old] of byAge.slice(MAX_SESSIONS)) this.#revoke(old);
    this.#save();
    return id;
  }

  /** @returns a name for the session that says nothing of its id; null when there is none (any more) */
  find(id: string | undefined): string | null {
    if (id === undefined) return null;
    const hash = hashOf(id);
    const seenAt = this.#sessions.get(hash);
    if (seenAt === undefined) return null;
    const now = this.#now();
    if (now - seenAt > SESSION_LIFE_MS) {
      this.#revoke(hash);
      this.#save();
      return null;
    }
    if (now - seenAt > TOUCH_EVERY_MS) {
      this.#sessions.set(hash, now);
      this.#save();
    }
    return hash;
  }

  /** Calls `listener` with the name of each session that ends. */
  onRevoke(listener: (session: string) => void): void {
    this.#revokeListeners.add(listener);
  }

  #revoke(hash: string): void {
    if (!this.#sessions.delete(hash)) return;
    for (const listener of this.#revokeListeners) listener(hash);
  }

  #save(): void {
    const partial = `${this.#file}.partial`;
    const sessions = [...this.#sessions].map(([hash, seenAt]) => ({ hash, seenAt }));
    try {
      writeFileSync(partial, JSON.stringify(sessions), { mode: 0o600 });
      renameSync(partial, this.#file);
    } catch (error) {
      console.error(`ops-lab: logged-in browsers could not be remembered: ${(error as Error).message}`);
    }
  }
}
