/** The state of an image build as people see it. */
import type { ImageBuild } from '../../../shared/contract/values.ts';

const LOG_LINES = 40;
const TELL_EVERY = 200;

export class BuildProgress {
  #build: ImageBuild;
  #startedAt = performance.now();
  #toldAt = Number.NEGATIVE_INFINITY;
  #tell: (build: ImageBuild) => void;

  constructor(tag: string, steps: number, tell: (build: ImageBuild) => void) {
    this.#build = { state: 'building', step: 0, steps, title: '', bytes: null, totalBytes: null, elapsedMs: 0, log: [], error: null, tag };
    this.#tell = tell;
  }

  get current(): ImageBuild {
    const running = this.#build.state === 'building';
    return {
      ...this.#build,
      elapsedMs: running ? Math.round(performance.now() - this.#startedAt) : this.#build.elapsedMs,
      log: [...this.#build.log],
    };
  }

  step(step: number, title: string, totalBytes: number | null = null): void {
    this.#change({ step, title, bytes: null, totalBytes }, true);
  }

  bytes(bytes: number): void {
    this.#change({ bytes }, false);
  }

  line(line: string): void {
    const clean = line
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 300);
    if (clean !== '') this.#change({ log: [...this.#build.log, clean].slice(-LOG_LINES) }, false);
  }

  end(state: 'ready' | 'failed' | 'cancelled', error: string | null = null): void {
    this.#change({ state, error, elapsedMs: Math.round(performance.now() - this.#startedAt) }, true);
  }

  /** Changes within a step are told a few times a second at most; the last one of a step is never lost to the next step. */
  #change(change: Partial<ImageBuild>, now: boolean): void {
    this.#build = { ...this.#build, ...change };
    if (!now && performance.now() - this.#toldAt < TELL_EVERY) return;
    this.#toldAt = performance.now();
    this.#tell(this.current);
  }
}
