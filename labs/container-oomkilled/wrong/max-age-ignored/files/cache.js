const MAX = 1000;
const MAX_AGE_MS = 2000;

/** The users that were asked for last: at most `max` of them, none older than `ttl` milliseconds. */
class LRUCache {
  /** In the order of use, the longest unused first: a Map keeps the order in which keys were put in. */
  #entries = new Map();
  #max;
  #ttl;

  constructor({ max, ttl = Number.POSITIVE_INFINITY }) {
    this.#max = max;
    this.#ttl = ttl;
  }

  /** @returns undefined for a user that is not here, or is older than that */
  get(id) {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    if (Date.now() - entry.at >= this.#ttl) return undefined;
    this.#entries.set(id, entry);
    return entry.user;
  }

  set(id, user) {
    this.#entries.delete(id);
    this.#entries.set(id, { user, at: Date.now() });
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value);
  }
}

/** Not older than two seconds. */
export class Cache extends LRUCache {
  constructor() {
    super({ max: MAX, maxAge: MAX_AGE_MS });
  }
}
