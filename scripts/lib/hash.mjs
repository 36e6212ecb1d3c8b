// Keys by content: a step is done again exactly when what it reads has changed. Times and paths of the clone do not count.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @param {string} path relative to root, a file or a folder
 * @param {(path: string) => boolean} wanted
 * @returns {string[]} files below it, relative to root with `/`, sorted
 */
export function listFiles(root, path, wanted = () => true) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return wanted(path) ? [path] : [];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => listFiles(root, `${path}/${name}`, wanted));
}

/**
 * @param {string} root
 * @param {string[]} paths files and folders relative to root; what is missing counts as missing
 * @param {{ wanted?: (path: string) => boolean, also?: string[] }} [options] `also`: further words of the key, such as a version
 * @returns {string} 32 hexadecimal digits
 */
export function hashKey(root, paths, { wanted = () => true, also = [] } = {}) {
  const hash = createHash('sha256');
  for (const word of also) hash.update(`${word}\0`);
  for (const path of paths) {
    for (const file of listFiles(root, path, wanted)) {
      const content = readFileSync(join(root, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
