/**
 * When the pty of a terminal is paused. Counts the bytes that each consumer still owes, in the unit of FLOW, and decides;
 * it does no I/O. The headless screen is a consumer like the viewers, so what is buffered is bounded with no viewer too.
 */
import { FLOW } from '../../../shared/terminal-wire/flow.ts';

/** A viewer that alone keeps the pty paused for this long, while another one is ready, is dropped to a snapshot. */
export const LAG_MS = 2000;
/** The same with no other viewer: long enough for a slow page, short enough that a sleeping tab does not hold up a build. */
export const LAG_ALONE_MS = 10_000;

export class Consumer {
  /** Bytes given and not acknowledged. */
  owed = 0;
  /** A lagging viewer is given nothing and holds up nobody, until it has caught up. */
  lagging = false;
}

export interface FlowGateOptions {
  pause(): void;
  resume(): void;
}

export class FlowGate {
  readonly #options: FlowGateOptions;
  readonly #screen: Consumer;
  readonly #viewers = new Set<Consumer>();
  #paused = false;
  /**
   * Once open for good, the pty is never paused again. Of a program that has ended the kernel's buffer holds all that is left; one that
   * is only being ended may flood on until it is killed, and whoever opens the gate for that leaves out what nobody takes.
   */
  #open = false;
  #timer: NodeJS.Timeout | null = null;
  #pausedAt = 0;

  constructor(screen: Consumer, options: FlowGateOptions) {
    this.#screen = screen;
    this.#options = options;
  }

  get paused(): boolean {
    return this.#paused;
  }

  add(viewer: Consumer): void {
    this.#viewers.add(viewer);
  }

  remove(viewer: Consumer): void {
    this.#viewers.delete(viewer);
    this.settled();
  }

  /** To be called after bytes were given out. */
  gave(): void {
    if (this.#paused || this.#open) return;
    for (const consumer of this.#active()) {
      if (consumer.owed > FLOW.highMark) {
        this.#paused = true;
        this.#pausedAt = performance.now();
        this.#options.pause();
        this.#timer = setInterval(() => this.#findLagging(), LAG_MS / 4);
        return;
      }
    }
  }

  /** To be called after bytes were acknowledged or a consumer left. */
  settled(): void {
    if (!this.#paused) return;
    for (const consumer of this.#active()) if (consumer.owed > FLOW.lowMark) return;
    this.#resume();
  }

  /** Resumes, and never pauses again: before the program is killed, and once it has ended. */
  openForGood(): void {
    this.#open = true;
    if (this.#paused) this.#resume();
  }

  *#active(): Iterable<Consumer> {
    yield this.#screen;
    for (const viewer of this.#viewers) if (!viewer.lagging) yield viewer;
  }

  #resume(): void {
    this.#paused = false;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#options.resume();
  }

  #findLagging(): void {
    if (this.#screen.owed > FLOW.lowMark) return;
    const active = [...this.#viewers].filter((viewer) => !viewer.lagging);
    const behind = active.filter((viewer) => viewer.owed > FLOW.lowMark);
    const limit = behind.length < active.length ? LAG_MS : LAG_ALONE_MS;
    if (performance.now() - this.#pausedAt < limit) return;
    for (const viewer of behind) viewer.lagging = true;
    this.settled();
  }
}
