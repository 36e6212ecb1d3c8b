/**
 * The lab image: made once per content, from whatever this machine has (see labs/images/base/Dockerfile). The order: an
 * image archive that the person names, what the engine has already, a registry, mmdebstrap.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { ImageBuild } from '../../../shared/contract/values.ts';
import { callEngine, jsonLines, streamFromEngine } from './api.ts';
import { takeLock } from './build-lock.ts';
import { BuildProgress } from './build-progress.ts';
import { freeBytesIn, lackOfRoom } from './disk-room.ts';
import type { Engine } from './engine.ts';
import { engineError } from './engine-error.ts';
import { counting, inspectImage, loadArchive, readArchive, saveArchive } from './image-archive.ts';
import { DEBIAN, DEBIAN_WITH_NODE, IMAGE_LABEL, type Recipe, readRecipe } from './image-recipe.ts';
import { buildLabImage } from './lab-image.ts';
import { BASE, type LabImageRecipe, labImageReferences, readLabImage } from './lab-image-recipe.ts';
import { LABEL } from './labels.ts';
import { mirrorProxies } from './mirror-proxies.ts';
import { findNodeBinary } from './node-binary.ts';
import { makeBuildFolder, makeRootfs, removeBuildFolder, rootfsObstacle } from './rootfs.ts';

const STEPS = 4;
/** A registry that has not begun to answer by then is taken for absent, in milliseconds. */
const REGISTRY_TIMEOUT = 8_000;
const BUILD_TIMEOUT = 20 * 60_000;
/** What the image and its layers take on the engine's disk, and what making a root file system takes beside, in bytes (measured, and a half). */
const ENGINE_ROOM = 800e6;
const WORK_ROOM = 1_000e6;

export interface BuildOptions {
  /** An image archive to start from. */
  readonly from?: string | undefined;
  /** Images that are wanted beside the base, as compose.yaml calls them. */
  readonly also?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(build: ImageBuild): void;
}

export interface ImageBuilderOptions {
  readonly engine: Engine;
  /** The app's `labs/images/base`. */
  readonly folder: string;
  /** Where a build may put a gigabyte for a minute. */
  readonly workFolder: string;
}

/** Whether images can be had for containers: what the docker runtime needs of the builder. */
export interface LabImages {
  /** @param only then a missing one is not built @returns the engine's id of what compose.yaml calls `reference` @throws OpsLabError */
  imageId(reference: string, only?: 'existing'): Promise<string>;
  status(): Promise<ImageBuild>;
}

export class ImageBuilder implements LabImages {
  #options: ImageBuilderOptions;
  #progress: BuildProgress | null = null;
  #recipe: { architecture: string; recipe: Recipe } | null = null;

  constructor(options: ImageBuilderOptions) {
    this.#options = options;
  }

  /** The tag of the image that this version of the app uses on this engine. @throws OpsLabError `engine-missing` */
  async tag(): Promise<string> {
    return (await this.#read()).tag;
  }

  /** Never throws: without an engine the image is `absent`. */
  async status(): Promise<ImageBuild> {
    if (this.#progress?.current.state === 'building') return this.#progress.current;
    try {
      const recipe = await this.#read();
      const image = await inspectImage(await this.#options.engine.docker(), recipe.tag);
      if (image) return { ...idle(recipe.tag), state: 'ready', bytes: image.size, totalBytes: image.size };
      return this.#progress && this.#progress.current.state !== 'ready' ? this.#progress.current : idle(recipe.tag);
    } catch {
      return idle('');
    }
  }

  /** What `build` can make beside the base. */
  references(): Promise<string[]> {
    return labImageReferences(this.#options.folder);
  }

  async imageId(reference: string): Promise<string> {
    const base = await this.#read();
    const { tag } = reference === BASE ? base : await readLabImage(this.#options.folder, reference, base);
    const image = await inspectImage(await this.#options.engine.docker(), tag);
    if (!image) {
      const name = reference === BASE ? 'The lab image' : `The image ${reference}`;
      throw new OpsLabError('image-missing', `${name} is not built yet. Build it on the engine page, or with \`npm run lab -- image\`.`);
    }
    return image.id;
  }

  /**
   * Builds the image unless it is there. A second call while one runs is the caller's to avoid; another process is waited for.
   * @throws OpsLabError `cancelled`, `invalid` (the archive), `image-missing` (no base to be had), `limit` (disk full), `engine-failed`
   */
  async build({ from, also = [], signal = new AbortController().signal, onProgress = () => {} }: BuildOptions = {}): Promise<ImageBuild> {
    const recipe = await this.#read();
    const docker = await this.#options.engine.docker();
    const others = await Promise.all(also.map((reference) => readLabImage(this.#options.folder, reference, recipe)));
    const progress = new BuildProgress(recipe.tag, STEPS + others.length, onProgress);
    this.#progress = progress;
    try {
      progress.step(1, 'Look for the image');
      const { id } = await this.#options.engine.details();
      const name = createHash('sha256').update(id).digest('hex').slice(0, 12);
      const lock = join(tmpdir(), `ops-lab-${userInfo().username}`, `image-${name}.lock`);
      const unlock = await takeLock(lock, signal, () => progress.line('Another Ops Lab is building the image: waiting for it.'));
      try {
        if (from || !(await inspectImage(docker, recipe.tag))) await this.#make(docker, recipe, from, others, signal, progress);
        for (const [index, other] of others.entries()) {
          if (await inspectImage(docker, other.tag)) continue;
          progress.step(STEPS + 1 + index, `Build the image ops-lab/${other.name}`);
          const { workFolder } = this.#options;
          await buildLabImage({ docker, base: recipe, recipe: other, workFolder, signal, progress });
        }
      } finally {
        await unlock();
      }
      progress.end('ready');
      return progress.current;
    } catch (error) {
      if (signal.aborted) {
        progress.end('cancelled');
        throw new OpsLabError('cancelled', 'Building the lab image was cancelled. What is done already is kept for the next time.');
      }
      const failure = await this.#withDisk(engineError(error, 'build the lab image'));
      progress.end('failed', failure.message);
      throw failure;
    }
  }

  /**
   * Writes the image, and those beside it that are built, to `path` as `docker save` does.
   * @throws OpsLabError `image-missing`, `limit` (disk full), `engine-failed`
   */
  async save(path: string, onProgress: (bytes: number, totalBytes: number) => void = () => {}, signal?: AbortSignal): Promise<void> {
    const docker = await this.#options.engine.docker();
    const base = await this.#read();
    const others = await Promise.all((await this.references()).map((reference) => readLabImage(this.#options.folder, reference, base)));
    const tags = [base, ...others].map(({ tag }) => tag);
    const images = await Promise.all(tags.map((tag) => inspectImage(docker, tag)));
    if (!images[0]) throw new OpsLabError('image-missing', 'There is no lab image to save yet: build it first.');
    // Each one contains the base; an archive holds it once.
    const total = images.reduce((sum, image) => sum + Math.max(0, (image?.size ?? 0) - (images[0]?.size ?? 0)), images[0].size);
    const built = tags.filter((_, index) => images[index]);
    try {
      await saveArchive(docker, built, path, signal ?? new AbortController().signal, (bytes) => onProgress(bytes, total));
    } catch (error) {
      throw engineError(error, `save the lab image to ${path}`);
    }
  }

  async #noRoomOnEngine(): Promise<OpsLabError | null> {
    return lackOfRoom('the engine’s disk', (await this.#options.engine.refresh()).freeBytes, ENGINE_ROOM);
  }

  /** There was room when the build began: where there is none now, that is what it failed from, in whatever words. */
  async #withDisk(failure: OpsLabError): Promise<OpsLabError> {
    const noRoom = failure.code === 'engine-failed' ? await this.#noRoomOnEngine() : null;
    return noRoom === null ? failure : new OpsLabError('limit', `${noRoom.message} (${failure.message})`, noRoom.details, true);
  }

  async #read(): Promise<Recipe> {
    const { architecture } = await this.#options.engine.details();
    if (this.#recipe?.architecture === architecture) return this.#recipe.recipe;
    const recipe = await readRecipe(this.#options.folder, architecture, await findNodeBinary(architecture));
    this.#recipe = { architecture, recipe };
    return recipe;
  }

  async #make(
    docker: Docker,
    recipe: Recipe,
    from: string | undefined,
    others: readonly LabImageRecipe[],
    signal: AbortSignal,
    progress: BuildProgress,
  ): Promise<void> {
    const noRoom = await this.#noRoomOnEngine();
    if (noRoom !== null) throw noRoom;
    const base = from ? await load(docker, recipe, others, from, signal, progress) : await this.#base(docker, recipe, signal, progress);
    if (base !== recipe.tag) {
      progress.step(3, 'Build the image');
      await buildFrom(docker, recipe, base, signal, progress);
    }
    progress.step(STEPS, 'Try the image');
    await tryImage(docker, recipe.tag, signal, progress);
  }

  /** @returns a reference that a Dockerfile may build on */
  async #base(docker: Docker, recipe: Recipe, signal: AbortSignal, progress: BuildProgress): Promise<string> {
    if (recipe.node && (await inspectImage(docker, recipe.rootfsTag))) return recipe.rootfsTag;
    const { image, tag } = recipe.node ? DEBIAN : DEBIAN_WITH_NODE;
    const reference = `${image}:${tag}`;
    if (await inspectImage(docker, reference)) return reference;
    progress.step(1, `Ask a registry for ${reference}`);
    const refused = await pull(docker, image, tag, signal, progress);
    if (refused === '') return reference;
    progress.line(`No registry: ${refused}`);
    const obstacle = recipe.node ? await rootfsObstacle() : 'no Node for Linux on this processor was found (OPS_LAB_NODE can name one)';
    if (obstacle !== '') {
      throw new OpsLabError(
        'image-missing',
        `There is nothing to build the lab image from: no registry answered, and ${obstacle}. Save the image on another machine (npm run lab -- image --save FILE) and give it here (--from FILE).`,
        {},
        true,
      );
    }
    return this.#rootfs(docker, recipe, signal, progress);
  }

  async #rootfs(docker: Docker, recipe: Recipe, signal: AbortSignal, progress: BuildProgress): Promise<string> {
    const folder = await makeBuildFolder(this.#options.workFolder);
    try {
      const noRoom = lackOfRoom(`the disk of ${this.#options.workFolder}`, await freeBytesIn(folder), WORK_ROOM);
      if (noRoom !== null) throw noRoom;
      progress.step(1, 'Make a Debian root file system with mmdebstrap');
      const archive = await makeRootfs({ packages: recipe.packages, folder, signal, onLine: (line) => progress.line(line) });
      progress.step(2, 'Import the root file system', (await stat(archive)).size);
      const answer = await streamFromEngine(docker, {
        method: 'POST',
        path: '/images/create',
        query: {
          fromSrc: '-',
          repo: recipe.rootfsTag.split(':')[0],
          tag: recipe.rootfsTag.split(':')[1],
          changes: `LABEL ${LABEL.product}=ops-lab`,
        },
        archive: createReadStream(archive, { highWaterMark: 1 << 20 }).pipe(counting((bytes) => progress.bytes(bytes))),
        timeoutMs: BUILD_TIMEOUT,
        signal,
      });
      for await (const _ of jsonLines(answer)) signal.throwIfAborted();
      return recipe.rootfsTag;
    } finally {
      await removeBuildFolder(folder);
    }
  }
}

const idle = (tag: string): ImageBuild => ({
  state: 'absent',
  step: 0,
  steps: STEPS,
  title: '',
  bytes: null,
  totalBytes: null,
  elapsedMs: 0,
  log: [],
  error: null,
  tag,
});

/** @returns why not, as the engine says it; empty when the image is here now */
async function pull(docker: Docker, image: string, tag: string, signal: AbortSignal, progress: BuildProgress): Promise<string> {
  try {
    const answer = await streamFromEngine(docker, {
      method: 'POST',
      path: '/images/create',
      query: { fromImage: image, tag },
      timeoutMs: REGISTRY_TIMEOUT,
      signal,
    });
    for await (const line of jsonLines(answer)) {
      const { current, total } = (line.progressDetail ?? {}) as { current?: number; total?: number };
      if (current === undefined || total === undefined) progress.line(String(line.status ?? ''));
      else progress.bytes(current);
    }
    return '';
  } catch (error) {
    signal.throwIfAborted();
    return engineError(error, `pull ${image}:${tag}`).message;
  }
}

/** @returns the recipe's own tag when the archive holds a finished lab image, else something to build on */
async function load(
  docker: Docker,
  recipe: Recipe,
  others: readonly LabImageRecipe[],
  path: string,
  signal: AbortSignal,
  progress: BuildProgress,
): Promise<string> {
  progress.step(1, 'Read the image archive');
  const references = await readArchive(path, signal);
  const [first] = references;
  if (first === undefined) throw new OpsLabError('invalid', `${path} holds no image.`);
  progress.step(2, 'Load the image archive', (await stat(path)).size);
  await loadArchive(docker, path, signal, (bytes) => progress.bytes(bytes));
  let base = first;
  for (const reference of references) {
    const image = await inspectImage(docker, reference);
    if (!image) throw new OpsLabError('invalid', `The engine took ${path}, but ${reference} is not in it.`);
    const name = image.labels[IMAGE_LABEL.image];
    const wanted = name === 'base' ? recipe : others.find((other) => other.name === name);
    if (!wanted) continue;
    if (image.labels[IMAGE_LABEL.key] !== wanted.key)
      progress.line(`${reference} was made for another version (${image.labels[IMAGE_LABEL.key]}); it is used as it is.`);
    const [repo, tag] = wanted.tag.split(':');
    await callEngine(docker, { method: 'POST', path: `/images/${image.id}/tag`, query: { repo, tag }, signal });
    if (wanted === recipe) base = recipe.tag;
  }
  return base;
}

async function buildFrom(docker: Docker, recipe: Recipe, base: string, signal: AbortSignal, progress: BuildProgress): Promise<void> {
  const context = pack();
  const offline = base === recipe.rootfsTag;
  const answer = streamFromEngine(docker, {
    method: 'POST',
    path: '/build',
    query: {
      t: recipe.tag,
      buildargs: { BASE: base, ...(offline ? {} : mirrorProxies()) },
      labels: { [LABEL.product]: 'ops-lab', [IMAGE_LABEL.image]: 'base', [IMAGE_LABEL.key]: recipe.key },
      rm: true,
      forcerm: true,
      ...(offline ? { networkmode: 'none' } : {}),
    },
    // Its types say streamx, but it pipes as any readable does.
    archive: context as unknown as Readable,
    timeoutMs: BUILD_TIMEOUT,
    signal,
  });
  // Both at once: the engine starts to answer while it is still being sent the context.
  const sent = sendContext(context, recipe, signal, progress);
  sent.catch((error: unknown) => context.destroy(error instanceof Error ? error : undefined));
  for await (const line of jsonLines(await answer)) if (typeof line.stream === 'string') progress.line(line.stream);
  await sent;
}

async function sendContext(context: ReturnType<typeof pack>, recipe: Recipe, signal: AbortSignal, progress: BuildProgress): Promise<void> {
  context.entry({ name: 'Dockerfile' }, recipe.dockerfile);
  context.entry({ name: 'packages.txt' }, recipe.packageList);
  context.entry({ name: 'bin/', type: 'directory', mode: 0o755 });
  if (recipe.node) {
    const { size } = await stat(recipe.node.path);
    // A fixed time keeps the layer, and with it the cache, the same.
    const entry = context.entry({ name: 'bin/node', size, mode: 0o755, mtime: new Date(0) });
    await pipeline(
      createReadStream(recipe.node.path),
      counting((bytes) => progress.bytes(bytes)),
      entry,
      { signal },
    );
  }
  context.finalize();
}

/** Runs Node in a container of the image: an image whose Node does not start is of no use, whatever its build said. */
async function tryImage(docker: Docker, tag: string, signal: AbortSignal, progress: BuildProgress): Promise<void> {
  const { Id } = await callEngine<{ Id: string }>(docker, {
    method: 'POST',
    path: '/containers/create',
    body: {
      Image: tag,
      Cmd: ['node', '--version'],
      Labels: { [LABEL.product]: 'ops-lab' },
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        ReadonlyRootfs: true,
        AutoRemove: true,
      },
    },
    signal,
  });
  try {
    const ended = callEngine<{ StatusCode: number }>(docker, {
      method: 'POST',
      path: `/containers/${Id}/wait`,
      query: { condition: 'next-exit' },
      signal,
    });
    ended.catch(() => {});
    await callEngine(docker, { method: 'POST', path: `/containers/${Id}/start`, signal });
    const { StatusCode } = await ended;
    if (StatusCode !== 0) throw new OpsLabError('engine-failed', `The image was built, but its Node does not run (status ${StatusCode}).`);
    progress.line('Node runs in the image.');
  } finally {
    await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true, v: true }, also: [404, 409] });
  }
}
