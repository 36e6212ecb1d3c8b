/** Numbers that a lab's configuration may replace, each of them. What no lab replaces is in BOUNDS. */
export interface Limits {
  readonly containers: number;
  readonly execs: number;
  readonly networks: number;
  readonly volumes: number;
  readonly images: number;
  readonly builds: number;
  /** Milliseconds until a build is cancelled. */
  readonly buildMs: number;
  /** Bytes of a build context, both as sent and as expanded. */
  readonly contextBytes: number;
  readonly contextEntries: number;
  readonly dockerfileBytes: number;
  readonly dockerfileInstructions: number;
  /** Largest memory of one container, in bytes; also what an unlimited one gets. */
  readonly containerMemory: number;
  /** Memory of all running containers together, in bytes. */
  readonly memory: number;
  readonly containerPids: number;
  readonly pids: number;
  /** Processors of one container, in billionths. */
  readonly nanoCpus: number;
  readonly shmBytes: number;
  readonly tmpfsBytes: number;
  readonly nofile: number;
  readonly nproc: number;
  /** Largest file that a container may write, in bytes. */
  readonly fileBytes: number;
  /** Per log file; two of them are kept. */
  readonly logBytes: number;
  readonly archiveBytes: number;
  /** Bytes, and files, that all containers and volumes of the session hold together. */
  readonly diskBytes: number;
  readonly diskFiles: number;
  /** What has to stay free on the engine's disk: bytes and inodes. */
  readonly diskReserveBytes: number;
  readonly diskReserveFiles: number;
  /** Milliseconds between two looks at the disk. */
  readonly diskMs: number;
  readonly connections: number;
  readonly streams: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  readonly headBytes: number;
  readonly headFields: number;
  readonly targetBytes: number;
  readonly jsonBytes: number;
  readonly jsonDepth: number;
  readonly headMs: number;
  readonly bodyMs: number;
  readonly idleMs: number;
  /** Milliseconds in which a client takes a whole answer, before its next request is read. */
  readonly drainMs: number;
  /** Milliseconds in which the engine answers an ordinary call. */
  readonly engineMs: number;
  /** Bytes of an engine's answer that is read as a whole. */
  readonly answerBytes: number;
  /** Past events kept for `docker events --since`. */
  readonly events: number;
}

const KB = 1024;
const MB = 1024 * KB;

export const DEFAULT_LIMITS: Limits = {
  containers: 12,
  execs: 24,
  networks: 6,
  volumes: 12,
  images: 12,
  builds: 1,
  buildMs: 5 * 60_000,
  contextBytes: 512 * MB,
  contextEntries: 20_000,
  dockerfileBytes: 256 * KB,
  dockerfileInstructions: 200,
  containerMemory: 512 * MB,
  memory: 2048 * MB,
  containerPids: 128,
  pids: 1024,
  nanoCpus: 2_000_000_000,
  shmBytes: 64 * MB,
  tmpfsBytes: 64 * MB,
  nofile: 4096,
  nproc: 1024,
  fileBytes: 1024 * MB,
  logBytes: 5 * MB,
  archiveBytes: 64 * MB,
  diskBytes: 1024 * MB,
  diskFiles: 100_000,
  diskReserveBytes: 512 * MB,
  diskReserveFiles: 20_000,
  diskMs: 15_000,
  connections: 32,
  streams: 24,
  requestsPerSecond: 50,
  requestBurst: 200,
  headBytes: 16 * KB,
  headFields: 64,
  targetBytes: 4 * KB,
  jsonBytes: 256 * KB,
  jsonDepth: 16,
  headMs: 10_000,
  bodyMs: 10_000,
  idleMs: 60_000,
  drainMs: 30_000,
  engineMs: 60_000,
  answerBytes: 32 * MB,
  events: 1024,
};

/** What no lab replaces: no task needs more, and what comes beyond is refused before anything is done with it. */
export const BOUNDS = {
  // Of one container.
  publishedPorts: 32,
  networks: 4,
  mounts: 16,
  tmpfsMounts: 4,
  anonymousVolumes: 8,
  imageVolumes: 8,
  restarts: 3,
  // Of one object.
  labels: 64,
  labelBytes: 4096,
  buildArguments: 64,
  /** Of one image; also what one build may give. */
  tagsOfImage: 32,
  // Of a session, over all of its images: each change of one writes all of that image's tags into the ledger.
  tags: 64,
  /** Lists with the sizes of containers: each makes the engine walk through layers. */
  sizesPerSecond: 0.2,
  sizesBurst: 3,
  /** Events that a reader may be behind before it is cut off. */
  eventBacklog: 1_000,
  /** Lines of refusals.jsonl that one run writes: a learner who tries for hours does not fill the disk. */
  refusalLines: 5_000,
  /** Bytes that a body which is read as it comes has to bring in each `bodyMs`. */
  slowestBodyBytes: 16 * KB,
  /** Milliseconds and bytes for which a refused client may go on sending before the connection is cut. */
  lingerMs: 2_000,
  lingerBytes: 8 * MB,
  /** Bytes of an answer that is sent as a whole: it waits in memory until the client has taken it. */
  wholeAnswerBytes: 16 * MB,
  /** An answer to a client that takes nothing for so long is given up, in milliseconds. */
  stalledMs: 10 * 60_000,
} as const;

/** A token bucket. */
export class Rate {
  #tokens: number;
  #at: number;
  #perSecond: number;
  #burst: number;
  #now: () => number;

  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#now = now;
    this.#at = now();
  }

  /** @returns whether one more is within the rate */
  take(): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Counts what runs at once. */
export class Slots {
  #used = 0;
  #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get used(): number {
    return this.#used;
  }

  /** @returns a function that gives the place back (once, however often it is called), or null when all are taken */
  take(): (() => void) | null {
    if (this.#used >= this.#size) return null;
    this.#used += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used -= 1;
    };
  }
}

/** Ids that somebody holds; several may hold the same. */
export class Holds {
  readonly #counts = new Map<string, number>();

  /** @returns a function that lets go, to be called once */
  take(id: string): () => void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#counts.get(id) ?? 0) - 1;
      if (left > 0) this.#counts.set(id, left);
      else this.#counts.delete(id);
    };
  }

  has(id: string): boolean {
    return this.#counts.has(id);
  }

  ids(): string[] {
    return [...this.#counts.keys()];
  }
}

/** Lets one after the other in. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `work` when all before it have ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}
