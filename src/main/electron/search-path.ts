import { posix } from 'node:path';

/**
 * PATH with the folders where Docker's client is on macOS: what the Finder starts has the system's own folders alone.
 * @param path as it is; what it names comes first
 * @param home the person's folder
 */
export function searchPath(path: string | undefined, platform: NodeJS.Platform, home: string): string | undefined {
  if (platform !== 'darwin') return path;
  const present = (path ?? '').split(':').filter((folder) => folder !== '');
  const usual = ['/usr/local/bin', '/opt/homebrew/bin', posix.join(home, '.docker/bin')];
  return [...present, ...usual.filter((folder) => !present.includes(folder))].join(':');
}
