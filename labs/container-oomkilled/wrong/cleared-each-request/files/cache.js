const TTL_MS = 2000;

/** Users that were asked for within the last two seconds are not asked for again. */
export class Cache {
  #entries = new Map();

  /** @returns undefined for a user that is not here, or is older than that */
  get(id) {
    const entry = this.#entries.get(id);
    return entry !== undefined && Date.now() - entry.at < TTL_MS ? entry.user : undefined;
  }

  set(id, user) {
    // Never more than one request's users.
    if (this.#entries.size === 0) setImmediate(() => this.#entries.clear());
    this.#entries.set(id, { user, at: Date.now() });
  }
}
