/** How much a folder holds, on a disk that somebody else is writing to. */
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 512;

export interface Measured {
  /** On the disk. */
  readonly bytes: number;
  /** Entries of all kinds. */
  readonly files: number;
  /** Some of it has a path that is longer than the system takes (4096 bytes), so that nobody can say how much it is. */
  readonly tooDeep: boolean;
}

/**
 * Walks until more than `mostBytes` bytes or `mostFiles` entries are found, or what is too deep. Links are not followed.
 * @returns null when the folder, or one below it, may not be read
 */
export async function measureFolder(folder: string, mostBytes: number, mostFiles: number): Promise<Measured | null> {
  let bytes = 0;
  let files = 0;
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      for await (const entry of await opendir(path)) {
        files += 1;
        const name = join(path, entry.name);
        if (entry.isDirectory()) waiting.push(name);
        else if (entry.isFile()) bytes += await blocksOf(name);
        if (bytes > mostBytes || files > mostFiles) return { bytes, files, tooDeep: false };
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENAMETOOLONG') return { bytes, files, tooDeep: true };
      // Below the folder itself, anything may have gone, or become something else, since it was seen.
      if (code !== 'ENOENT' && (path === folder || (code !== 'ENOTDIR' && code !== 'ELOOP'))) return null;
    }
  }
  return { bytes, files, tooDeep: false };
}

async function blocksOf(file: string): Promise<number> {
  try {
    return (await lstat(file)).blocks * BLOCK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw error;
    // It has gone by now.
    return 0;
  }
}
