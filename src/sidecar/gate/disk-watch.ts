/**
 * What a session holds on the engine's disk, looked at again and again, since most storage drivers know no limit. Who holds more
 * than the lab gives, or whoever still runs when the disk itself is nearly full, is stopped; nothing starts until there is room again.
 */
import { statfs } from 'node:fs/promises';
import { bodyOf, listOf } from './answers/scrub.ts';
import { builtImages } from './built-images.ts';
import { measureFolder } from './measure-folder.ts';
import { limited, type Refusal } from './refusal.ts';
import type { GateSession } from './session.ts';

/** A look that takes long is made less often: it has at most a tenth of the time. */
const SHARE = 10;
/** A build writes as fast as the disk takes it, so it is looked at that many times as often. */
const WHILE_BUILDING = 5;
/** Milliseconds for which the result of a look is good enough to start something. */
const FRESH_MS = 3_000;
const MB = 1024 ** 2;

interface Held {
  bytes: number;
  files: number;
  tooDeep: boolean;
}

export class DiskWatch {
  readonly #session: GateSession;
  /** Of the images of the last look. */
  #imageBytes = new Map<string, number>();
  readonly #stops = new Set<(why: Refusal) => void>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Why nothing may start; null while there is room. */
  #full: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  constructor(session: GateSession) {
    this.#session = session;
  }

  /** Begins to look. */
  start(): void {
    const { diskMs } = this.#session.config.limits;
    const step = diskMs / WHILE_BUILDING;
    const isDue = (): boolean => this.#session.builds.used > 0 || performance.now() - this.#lookedAt > diskMs - step / 2;
    const again = async (): Promise<void> => {
      const begun = performance.now();
      if (isDue())
        await this.look().catch(() => {
          // The engine is busy or away; the next look tells.
        });
      if (!this.#closed) this.#timer = setTimeout(() => void again(), Math.max(step, SHARE * (performance.now() - begun))).unref();
    };
    this.#timer = setTimeout(() => void again(), step).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** @throws Refusal while the session holds too much; what came and what was removed since the last look counts */
  async assertRoom(): Promise<void> {
    const joined = this.#looking !== null;
    if (this.#full !== null || performance.now() - this.#lookedAt > FRESH_MS) await this.look();
    // That look may have begun before something was removed.
    if (joined && this.#full !== null) await this.look();
    if (this.#full !== null) throw limited(this.#full);
  }

  /** @param stop is called when the session holds too much, for what no container does. @returns a function that takes it back */
  whenFull(stop: (why: Refusal) => void): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  /** Measures once, and stops what runs when it is too much. Those who ask while somebody looks wait for that look. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const begun = performance.now();
    const containers = await this.#containers();
    const { ledger, builds } = this.#session;
    const isEmpty = containers.length + ledger.rows('volume').length + ledger.rows('image').length + builds.used === 0;
    if (!isEmpty || this.#full !== null) this.#full = (await this.#scarcity()) ?? (await this.#excess(containers));
    this.#lookedAt = begun;
    if (this.#full === null) return;
    for (const stop of this.#stops) stop(limited(this.#full));
    const running = containers.filter(({ State }) => State === 'running' || State === 'restarting' || State === 'paused');
    const kill = (id: string) => this.#session.engine.ask({ method: 'POST', path: `/containers/${id}/kill` });
    await Promise.all(running.map(({ Id }) => kill(String(Id))));
  }

  /** Made in this session, those of its builds included. */
  async #containers(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { engine, config } = this.#session;
    const label = Object.entries(config.labels).map(([key, value]) => `${key}=${value}`);
    if (label.length === 0) return [];
    return listOf(await engine.call({ method: 'GET', path: '/containers/json', query: { all: 1, filters: JSON.stringify({ label }) } }));
  }

  /** @returns what there is too little of on the engine's disk, or null */
  async #scarcity(): Promise<string | null> {
    const { config, facts } = this.#session;
    const { diskReserveBytes, diskReserveFiles } = config.limits;
    if (facts.dataFolder === '') return null;
    const disk = await statfs(facts.dataFolder).catch(() => null);
    if (disk === null) return null;
    if (disk.bavail * disk.bsize < diskReserveBytes) return 'the disk of the engine is nearly full. Remove containers, volumes and images.';
    // A file system without a fixed number of inodes says 0.
    if (disk.files > 0 && disk.ffree < diskReserveFiles)
      return 'the disk of the engine has hardly any inodes left. Remove containers and volumes.';
    return null;
  }

  /** @returns what this session has too much of, or null */
  async #excess(containers: readonly Readonly<Record<string, unknown>>[]): Promise<string | null> {
    const { diskBytes, diskFiles } = this.#session.config.limits;
    const held: Held = { bytes: 0, files: 0, tooDeep: false };
    for (const container of containers) await this.#addLayer(String(container.Id), held);
    for (const { id } of this.#session.ledger.own('volume')) await this.#addVolume(id, held);
    held.bytes += await this.#ofImages();
    if (held.tooDeep)
      return 'folders within folders whose paths are too long to be counted. Remove what has them (docker rm, docker volume rm).';
    if (held.bytes > diskBytes)
      return `${Math.floor(diskBytes / MB)} MB on the disk for containers, volumes and images together. Remove some (docker rm, docker volume rm, docker rmi).`;
    return held.files > diskFiles
      ? `${diskFiles} files in containers and volumes together. Remove some (docker rm, docker volume rm).`
      : null;
  }

  /** The engine's own look costs it a walk, so it is asked only where its folders are not ours to read. */
  async #addLayer(id: string, held: Held): Promise<void> {
    const { engine } = this.#session;
    const body = bodyOf((await engine.ask({ method: 'GET', path: `/containers/${id}/json` })).body);
    const folder = bodyOf(bodyOf(body.GraphDriver).Data).UpperDir;
    if (typeof folder === 'string' && (await this.#addFolder(folder, held))) return;
    const sized = bodyOf((await engine.ask({ method: 'GET', path: `/containers/${id}/json`, query: { size: 1 } })).body);
    held.bytes += Number(sized.SizeRw ?? 0);
  }

  async #addVolume(id: string, held: Held): Promise<void> {
    const { Mountpoint } = bodyOf((await this.#session.engine.ask({ method: 'GET', path: `/volumes/${id}` })).body);
    if (typeof Mountpoint === 'string' && Mountpoint.startsWith('/')) await this.#addFolder(Mountpoint, held);
  }

  /** @returns false when the folder cannot be read */
  async #addFolder(folder: string, held: Held): Promise<boolean> {
    const { diskBytes, diskFiles } = this.#session.config.limits;
    const found = await measureFolder(folder, diskBytes - held.bytes, diskFiles - held.files);
    if (found === null) return false;
    held.bytes += found.bytes;
    held.files += found.files;
    held.tooDeep ||= found.tooDeep;
    return true;
  }

  /** The session's own images, and what its builds have made on the way to one. */
  async #ofImages(): Promise<number> {
    const own = this.#session.ledger.own('image').flatMap(({ id, notes }) => (notes.shared || notes.leaving ? [] : [id]));
    const built = await builtImages(this.#session);
    // Each has all that its parents have.
    const parents = new Set(built.map(({ ParentId }) => ParentId));
    const last = built.flatMap(({ Id }) => (parents.has(Id) ? [] : [String(Id)]));
    const sizes = new Map<string, number>();
    for (const id of new Set([...own, ...last])) sizes.set(id, await this.#ofImage(id));
    this.#imageBytes = sizes;
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Bytes of an image beyond the image of the lab that it begins with. */
  async #ofImage(id: string): Promise<number> {
    const known = this.#imageBytes.get(id);
    if (known !== undefined) return known;
    const own = await this.#image(id);
    let base = 0;
    for (const given of this.#session.config.allowedImages) {
      const { layers, size } = await this.#image(given.id);
      if (layers.length > 0 && layers.every((layer, index) => layer === own.layers[index])) base = Math.max(base, size);
    }
    return Math.max(0, own.size - base);
  }

  async #image(id: string): Promise<{ readonly layers: readonly unknown[]; readonly size: number }> {
    const body = bodyOf((await this.#session.engine.ask({ method: 'GET', path: `/images/${id}/json` })).body);
    const { Layers } = bodyOf(body.RootFS);
    return { layers: Array.isArray(Layers) ? Layers : [], size: Number(body.Size ?? 0) };
  }
}
