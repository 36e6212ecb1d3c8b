const TTL_MS = 2000;
const MAX = 5000;

/** Users that were asked for within the last two seconds are not asked for again. */
export class Cache {
  #entries = new Map();

  /** @returns undefined for a user that is not here, or is older than that */
  get(id) {
    const entry = this.#entries.get(id);
    return entry !== undefined && Date.now() - entry.at < TTL_MS ? entry.user : undefined;
  }

  set(id, user) {
    if (this.#entries.size >= MAX) throw new Error('the cache is full');
    this.#entries.set(id, { user, at: Date.now() });
  }
}
