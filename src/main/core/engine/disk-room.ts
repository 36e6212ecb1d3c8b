/** Whether a disk has room for what a build is about to write. Asked first: halfway it would fail with a sentence about tar or layers. */
import { statfs } from 'node:fs/promises';
import { OpsLabError } from '../../../shared/contract/errors.ts';

/** Bytes that are free for this user in `folder`; null where that cannot be known. */
export async function freeBytesIn(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/**
 * @param where words for the disk, such as `the engine's disk`
 * @param free bytes; null is taken for enough
 * @throws OpsLabError `limit` when less than `needed` bytes are free
 */
export function requireRoom(where: string, free: number | null, needed: number): void {
  if (free === null || free >= needed) return;
  const [has, wants] = [free, needed].map((bytes) => Math.floor(bytes / 1e6));
  const message = `The disk is full: ${where} has ${has} MB free, and the lab image needs ${wants} MB to be built. Free some space (docker image prune, for one), then build it again.`;
  throw new OpsLabError('limit', message, { free, needed }, true);
}
