/** Image archives in the format of `docker save`: read before they are trusted, written whole or not at all. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { callEngine, jsonLines, streamFromEngine } from './api.ts';

const MANIFEST_LIMIT = 1_000_000;

/** Counts what passes and tells it. */
export function counting(onBytes: (total: number) => void): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      onBytes(total);
      done(null, chunk);
    },
  });
}

/**
 * What an archive says it holds.
 * @returns references by which the engine will know the images once loaded: tags, or ids
 * @throws OpsLabError `not-found`, or `invalid` when it is no plain tar archive of images
 */
export async function readArchive(path: string, signal: AbortSignal): Promise<string[]> {
  const invalid = (why: string): OpsLabError =>
    new OpsLabError('invalid', `${path} is not an image archive as \`docker save\` or \`image --save\` writes it (${why}).`);
  let manifest = '';
  const entries = extract();
  entries.on('entry', (header, body, next) => {
    body.on('end', next);
    if (header.name !== 'manifest.json' || (header.size ?? 0) > MANIFEST_LIMIT) {
      body.resume();
      return;
    }
    body.on('data', (chunk: unknown) => {
      manifest += (chunk as Buffer).toString('utf8');
    });
  });
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), entries, { signal });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new OpsLabError('not-found', `There is no file ${path}.`);
    signal.throwIfAborted();
    throw invalid('it is not a plain tar file');
  }
  let images: unknown;
  try {
    images = JSON.parse(manifest);
  } catch {
    throw invalid('it has no manifest.json');
  }
  if (!Array.isArray(images)) throw invalid('its manifest.json is no list');
  const references = (images as { RepoTags?: string[] | null; Config?: string }[]).map((image) => {
    const digest = /([0-9a-f]{64})(?:\.json)?$/.exec(image.Config ?? '')?.[1];
    return image.RepoTags?.[0] ?? (digest ? `sha256:${digest}` : null);
  });
  return references.filter((reference) => reference !== null);
}

/** Sends an archive to the engine. `onBytes` is told how much has been sent. */
export async function loadArchive(docker: Docker, path: string, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void> {
  const body = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(counting(onBytes));
  const answer = await streamFromEngine(docker, {
    method: 'POST',
    path: '/images/load',
    query: { quiet: true },
    archive: body,
    timeoutMs: 600_000,
    signal,
  });
  for await (const _ of jsonLines(answer)) signal.throwIfAborted();
}

/**
 * Writes images to `path`, through a temporary file beside it.
 * @throws OpsLabError `limit` when the disk is full; nothing is left then
 */
export async function saveArchive(
  docker: Docker,
  references: readonly string[],
  path: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const part = `${path}.part-${process.pid}`;
  try {
    const archive = await streamFromEngine(docker, {
      method: 'GET',
      path: '/images/get',
      query: { names: references },
      timeoutMs: 120_000,
      signal,
    });
    await pipeline(archive, counting(onBytes), createWriteStream(part, { flush: true }), { signal });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new OpsLabError('limit', `The disk is full: ${path} was not written. Free some space, or choose another disk.`, {}, true);
    }
    throw error;
  }
}

/** Id of an image on the engine, and its labels and size in bytes; null when it is not there. */
export async function inspectImage(
  docker: Docker,
  reference: string,
): Promise<{ id: string; labels: Record<string, string>; size: number } | null> {
  const image = await callEngine<{ Id?: string; Size?: number; Config?: { Labels?: Record<string, string> | null } | null }>(docker, {
    method: 'GET',
    path: `/images/${reference}/json`,
    also: [404],
  });
  return image.Id ? { id: image.Id, labels: image.Config?.Labels ?? {}, size: image.Size ?? 0 } : null;
}
