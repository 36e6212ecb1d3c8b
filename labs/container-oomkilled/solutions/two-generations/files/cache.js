const GENERATION = 1000;
const TTL_MS = 2000;

/** Users that were asked for within the last two seconds; of two generations of a thousand, and no more. */
export class Cache {
  #young = new Map();
  #old = new Map();

  /** @returns undefined for a user that is not here, or is older than that */
  get(id) {
    const entry = this.#young.get(id) ?? this.#old.get(id);
    if (entry === undefined || Date.now() - entry.at >= TTL_MS) return undefined;
    this.#put(id, entry);
    return entry.user;
  }

  set(id, user) {
    this.#put(id, { user, at: Date.now() });
  }

  #put(id, entry) {
    if (this.#young.size >= GENERATION && !this.#young.has(id)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, entry);
  }
}
