/** Whether a disk has room for what a build is about to write. Asked before, and when a build has failed. */
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
 * @returns a `limit` when less than `needed` bytes are free, else null
 */
export function lackOfRoom(where: string, free: number | null, needed: number): OpsLabError | null {
  if (free === null || free >= needed) return null;
  const [has, wants] = [free, needed].map((bytes) => Math.floor(bytes / 1e6));
  const message = `The disk is full: ${where} has ${has} MB free, and the lab image needs ${wants} MB to be built. Free some space (docker image prune, for one), then build it again.`;
  return new OpsLabError('limit', message, { free, needed }, true);
}
