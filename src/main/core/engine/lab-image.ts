/** Builds an image of labs/images on the base image: with packages from this machine's mirror, or from the distribution's own. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import { callEngine, jsonLines, streamFromEngine } from './api.ts';
import type { BuildProgress } from './build-progress.ts';
import { fetchPackages, packagesObstacle } from './debian-packages.ts';
import { counting } from './image-archive.ts';
import { IMAGE_LABEL, type Recipe } from './image-recipe.ts';
import type { LabImageRecipe } from './lab-image-recipe.ts';
import { LABEL } from './labels.ts';
import { mirrorProxies } from './mirror-proxies.ts';
import { makeBuildFolder, removeBuildFolder } from './rootfs.ts';

const BUILD_TIMEOUT = 10 * 60_000;

export interface LabImageBuild {
  readonly docker: Docker;
  readonly base: Recipe;
  readonly recipe: LabImageRecipe;
  /** Where packages may lie for a minute. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly progress: BuildProgress;
}

/**
 * Builds the image from its recipe and the distribution's packages, with no registry.
 * @throws what the engine or a program of the build says, which the caller puts into words; the signal's reason when it is aborted
 */
export async function buildLabImage(build: LabImageBuild): Promise<void> {
  const { docker, base, recipe, workFolder, signal, progress } = build;
  const folder = await makeBuildFolder(workFolder);
  try {
    const obstacle = await packagesObstacle();
    if (obstacle !== '') progress.line(`The image itself asks the distribution for packages: ${obstacle}.`);
    const packages =
      obstacle === ''
        ? await fetchPackages({
            packages: recipe.packages,
            architecture: base.architecture,
            status: await packageStatus(docker, base.tag, signal),
            folder,
            signal,
            onLine: (line) => progress.line(line),
          })
        : [];
    const context = pack();
    const answer = streamFromEngine(docker, {
      method: 'POST',
      path: '/build',
      query: {
        t: recipe.tag,
        buildargs: { BASE: base.tag, ...(packages.length > 0 ? {} : mirrorProxies()) },
        labels: { [LABEL.product]: 'ops-lab', [IMAGE_LABEL.image]: recipe.name, [IMAGE_LABEL.key]: recipe.key },
        rm: true,
        forcerm: true,
        ...(packages.length > 0 ? { networkmode: 'none' } : {}),
      },
      archive: context as unknown as Readable,
      timeoutMs: BUILD_TIMEOUT,
      signal,
    });
    const sent = sendContext(context, recipe, packages, build);
    sent.catch((error: unknown) => context.destroy(error instanceof Error ? error : undefined));
    for await (const line of jsonLines(await answer)) if (typeof line.stream === 'string') progress.line(line.stream);
    await sent;
  } finally {
    await removeBuildFolder(folder);
  }
}

async function sendContext(
  context: ReturnType<typeof pack>,
  recipe: LabImageRecipe,
  packages: readonly string[],
  { signal, progress }: LabImageBuild,
): Promise<void> {
  for (const { name, content } of recipe.files) context.entry({ name, mtime: new Date(0) }, content);
  context.entry({ name: 'packages/', type: 'directory', mode: 0o755, mtime: new Date(0) });
  let before = 0;
  for (const path of packages) {
    const { size } = await stat(path);
    const entry = context.entry({ name: `packages/${basename(path)}`, size, mtime: new Date(0) });
    const sentBefore = before;
    await pipeline(
      createReadStream(path),
      counting((bytes) => progress.bytes(sentBefore + bytes)),
      entry,
      { signal },
    );
    before += size;
  }
  context.finalize();
}

/** The image's list of installed packages, read from a container that is never started. */
async function packageStatus(docker: Docker, tag: string, signal: AbortSignal): Promise<string> {
  const { Id } = await callEngine<{ Id: string }>(docker, {
    method: 'POST',
    path: '/containers/create',
    body: { Image: tag, Cmd: ['true'], Labels: { [LABEL.product]: 'ops-lab' }, HostConfig: { NetworkMode: 'none' } },
    signal,
  });
  try {
    const path = '/var/lib/dpkg/status';
    const archive = await streamFromEngine(docker, { method: 'GET', path: `/containers/${Id}/archive`, query: { path }, signal });
    let text = '';
    const entries = extract();
    entries.on('entry', (_header, body, next) => {
      body.on('data', (chunk: unknown) => {
        text += (chunk as Buffer).toString('utf8');
      });
      body.on('end', next);
    });
    await pipeline(archive, entries, { signal });
    return text;
  } finally {
    await callEngine(docker, { method: 'DELETE', path: `/containers/${Id}`, query: { force: true }, also: [404] });
  }
}
