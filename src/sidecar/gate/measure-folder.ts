/** How much a folder holds, on a disk that somebody else is writing to. */
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 512;

/**
 * Walks until more than `mostBytes` bytes or `mostFiles` entries are found. Links are not followed.
 * @returns bytes on the disk and number of entries; null when the folder may not be read
 */
export async function measureFolder(
  folder: string,
  mostBytes: number,
  mostFiles: number,
): Promise<{ bytes: number; files: number } | null> {
  let bytes = 0;
  let files = 0;
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      for await (const entry of await opendir(path)) {
        files += 1;
        const name = join(path, entry.name);
        if (entry.isDirectory()) waiting.push(name);
        // It may be gone by now.
        else if (entry.isFile()) bytes += ((await lstat(name).catch(() => null))?.blocks ?? 0) * BLOCK;
        if (bytes > mostBytes || files > mostFiles) return { bytes, files };
      }
    } catch (error) {
      if (path === folder && (error as NodeJS.ErrnoException).code !== 'ENOENT') return null;
    }
  }
  return { bytes, files };
}
