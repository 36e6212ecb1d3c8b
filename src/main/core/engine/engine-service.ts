/** The engine and the lab image as the product offers them: one build at a time, its progress told to all. */
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { DoctorItem, EngineStatus, ImageBuild } from '../../../shared/contract/values.ts';
import type { EngineService } from '../core.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Engine } from './engine.ts';
import type { ImageBuilder, LabImages } from './image-builder.ts';
import { BASE } from './lab-image-recipe.ts';

interface Options {
  readonly engine: Engine;
  readonly images: ImageBuilder;
  readonly events: EventHub;
  doctor(): Promise<DoctorItem[]>;
  /** Removes what belongs to no running session. @returns what was removed */
  clean(): Promise<string[]>;
}

/** Progress is told at most this often, in milliseconds. */
const PROGRESS_EVERY_MS = 250;

interface Build {
  readonly abort: AbortController;
  done: Promise<ImageBuild>;
  latest: ImageBuild;
}

export class EngineGlue implements EngineService {
  /** The lab images as the docker runtime takes them: built when missing. */
  readonly labImages: LabImages;
  readonly #options: Options;
  #build: Build | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.labImages = {
      imageId: (reference, only) => (only ? options.images.imageId(reference) : this.#imageId(reference)),
      status: () => options.images.status(),
    };
    options.engine.onChange(() => this.#tell());
  }

  async status(): Promise<EngineStatus> {
    const { engine, images } = this.#options;
    const [facts, image] = await Promise.all([engine.status(), this.#build?.latest ?? images.status()]);
    return { ...facts, image };
  }

  async refresh(): Promise<EngineStatus> {
    await this.#options.engine.refresh();
    return this.status();
  }

  doctor(): Promise<DoctorItem[]> {
    return this.#options.doctor();
  }

  /** Starts a build and answers with its first state; its progress and its end come as events. */
  async buildImage({ from }: { from?: string }): Promise<ImageBuild> {
    const { engine } = this.#options;
    await engine.docker();
    const build = this.#start({ from });
    build.done.catch(() => undefined);
    return build.latest;
  }

  async cancelBuild(): Promise<ImageBuild> {
    const build = this.#build;
    build?.abort.abort();
    await build?.done.catch(() => undefined);
    return this.#options.images.status();
  }

  async clean(): Promise<{ removed: string[] }> {
    return { removed: await this.#options.clean() };
  }

  /** Like the builder's, but builds the image when it is missing, or joins the build under way. */
  async #imageId(reference: string): Promise<string> {
    const { images } = this.#options;
    try {
      return await images.imageId(reference);
    } catch (error) {
      if (!(error instanceof OpsLabError && error.code === 'image-missing')) throw error;
    }
    // One under way may be of the base alone.
    const build = this.#build ?? this.#start({ also: [reference] });
    await build.done;
    return images.imageId(reference).catch(async (error: unknown) => {
      if (!(error instanceof OpsLabError && error.code === 'image-missing')) throw error;
      await this.#start({ also: [reference] }).done;
      return images.imageId(reference);
    });
  }

  async close(): Promise<void> {
    await this.cancelBuild();
  }

  #start({ from, also = [] }: { from?: string | undefined; also?: readonly string[] }): Build {
    if (this.#build !== null) return this.#build;
    const abort = new AbortController();
    const build: Build = { abort, latest: STARTING, done: Promise.resolve(STARTING) };
    this.#build = build;
    build.done = this.#options.images
      .build({
        from,
        also: also.filter((reference) => reference !== BASE),
        signal: abort.signal,
        onProgress: (latest) => {
          build.latest = latest;
          if (performance.now() - this.#toldAt < PROGRESS_EVERY_MS) return;
          this.#toldAt = performance.now();
          this.#tell();
        },
      })
      .finally(() => {
        this.#build = null;
        this.#tell();
      });
    this.#tell();
    return build;
  }

  #tell(): void {
    this.status().then(
      (engine) => this.#options.events.emit({ type: 'engine', engine }),
      () => undefined,
    );
  }
}

const STARTING: ImageBuild = {
  state: 'building',
  step: 0,
  steps: 0,
  title: 'Starting',
  bytes: null,
  totalBytes: null,
  elapsedMs: 0,
  log: [],
  error: null,
  tag: '',
};
