import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** Kinds of files that are served; source maps and all else are not. */
const SERVED = new Set(['.html', '.js', '.css', '.json', '.svg', '.png', '.ico', '.woff2', '.wasm']);

/** Where index.html asks for the nonce of its response. */
export const NONCE_MARK = '__CSP_NONCE__';

export interface PageFiles {
  /** index.html with its nonce mark. */
  readonly index: string;
  /** Other files by URL path such as `/assets/index-1a2b.js`; the value is the path below the folder. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Lists the built renderer once. Requests are looked up in the list and never become a path of the file system.
 * @throws when the folder cannot be read or has no index.html
 */
export function listPageFiles(folder: string): PageFiles {
  const assets = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.') || !SERVED.has(extname(entry.name))) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (path !== 'index.html') assets.set(`/${path}`, path);
  }
  return { index: readFileSync(join(folder, 'index.html'), 'utf8'), assets };
}

/** Vite puts a hash of the content into the names below assets/: such a file never changes. */
export function isImmutable(path: string): boolean {
  return /^\/assets\/.+-[\w-]{8}\.\w+$/.test(path);
}
