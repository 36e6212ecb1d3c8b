import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { isUiUrl } from './app-url.ts';

/** Types are fixed by extension; a file with another extension is not served. Source maps are left out on purpose. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface UiFile {
  readonly file: string;
  readonly contentType: string;
}

/** Every file that may be served, by its URL path such as `/assets/index.js`. */
export type UiFiles = ReadonlyMap<string, UiFile>;

/**
 * Lists the built renderer once. Later requests are looked up here and never become a path of the file system.
 * @throws when `folder` cannot be read or has no index.html
 */
export function listUiFiles(folder: string): UiFiles {
  const files = new Map<string, UiFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined || entry.name.startsWith('.')) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, { file, contentType });
  }
  if (!files.has('/index.html')) throw new Error(`no index.html in ${folder}: the renderer is not built`);
  return files;
}

/**
 * The file behind a request's URL, or null. The path is decoded once; what then is no name in the list is not served,
 * whatever it looks like (`..`, `%2e`, a second slash, a drive letter, NUL).
 */
export function findUiFile(files: UiFiles, url: string): UiFile | null {
  if (!isUiUrl(url)) return null;
  const path = decodeOnce(new URL(url).pathname);
  return files.get(path === '/' ? '/index.html' : (path ?? '')) ?? null;
}

function decodeOnce(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
