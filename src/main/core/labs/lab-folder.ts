/** A lab's folder as it is on disk: which files there are, within limits, and nothing that leads out of it. */
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problems } from './problem.ts';

export const FOLDER_LIMITS = { files: 1000, depth: 10, fileBytes: 4 * 1024 * 1024, totalBytes: 32 * 1024 * 1024 } as const;

/** Names that some system cannot keep, reads as something else (devices, streams), or shows as something else. */
const BAD_NAME = /[<>:"|?*\\\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

export class LabFolder {
  /** Absolute. */
  readonly root: string;
  /** Relative POSIX paths of all files, sorted. */
  readonly files: readonly string[];
  /** Another one after any change below the folder, as far as sizes and times of files tell. */
  readonly fingerprint: string;
  readonly #known: ReadonlySet<string>;

  constructor(root: string, files: readonly string[], fingerprint: string) {
    this.root = root;
    this.files = files;
    this.fingerprint = fingerprint;
    this.#known = new Set(files);
  }

  has(path: string): boolean {
    return this.#known.has(path);
  }

  /** Files below this folder, relative to it. */
  below(folder: string): string[] {
    const prefix = `${folder}/`;
    return this.files.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  }

  /** Names of the folders directly below this one that hold files. */
  foldersIn(folder: string): string[] {
    const names = this.below(folder).flatMap((path) => (path.includes('/') ? [path.slice(0, path.indexOf('/'))] : []));
    return [...new Set(names)];
  }

  /** @throws for a file that is not among `files`, or that became a symbolic link since */
  async read(path: string): Promise<Buffer> {
    if (!this.has(path)) throw new Error(`${path} is not in ${this.root}`);
    const file = await open(join(this.root, path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  }
}

interface Walk {
  readonly root: string;
  readonly problems: Problems;
  readonly files: string[];
  readonly states: string[];
  bytes: number;
}

async function walkFolder(walk: Walk, folder: string, depth: number): Promise<void> {
  const { problems } = walk;
  const folded = new Map<string, string>();
  const entries = await readdir(join(walk.root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const twin = folded.get(entry.name.normalize('NFC').toLowerCase());
    folded.set(entry.name.normalize('NFC').toLowerCase(), entry.name);
    if (walk.files.length >= FOLDER_LIMITS.files) return;
    if (twin !== undefined) problems.add(path, `found two names that are one on some systems: “${twin}” and “${entry.name}”`);
    else if (BAD_NAME.test(entry.name) || entry.name !== entry.name.normalize('NFC')) {
      problems.add(path, 'found a file name that not every system can keep; use letters, digits, dots and hyphens');
    } else if (entry.isSymbolicLink()) problems.add(path, 'found a symbolic link; put the file itself here');
    else if (entry.isDirectory()) {
      if (depth >= FOLDER_LIMITS.depth) problems.add(path, `found folders deeper than ${FOLDER_LIMITS.depth} levels`);
      else await walkFolder(walk, path, depth + 1);
    } else if (!entry.isFile()) problems.add(path, 'found neither a file nor a folder');
    else {
      const { size, mtimeMs, ctimeMs, ino } = await lstat(join(walk.root, path));
      walk.bytes += size;
      walk.states.push(`${path} ${size} ${mtimeMs} ${ctimeMs} ${ino}`);
      if (size > FOLDER_LIMITS.fileBytes) problems.add(path, `found ${size} bytes, expected at most ${FOLDER_LIMITS.fileBytes}`);
      walk.files.push(path);
    }
  }
}

/** Lists the folder. What is refused is a problem and is left out. */
export async function openLabFolder(root: string, problems: Problems): Promise<LabFolder> {
  const walk: Walk = { root, problems, files: [], states: [], bytes: 0 };
  if ((await lstat(root)).isSymbolicLink()) {
    problems.add('', 'found a symbolic link in place of the folder');
    return new LabFolder(root, [], 'a link');
  }
  await walkFolder(walk, '', 1);
  if (walk.files.length >= FOLDER_LIMITS.files) problems.add('', `found more than ${FOLDER_LIMITS.files} files`);
  if (walk.bytes > FOLDER_LIMITS.totalBytes)
    problems.add('', `found ${walk.bytes} bytes in all, expected at most ${FOLDER_LIMITS.totalBytes}`);
  const found = problems.list.map(({ file, message }) => `${file}: ${message}`);
  return new LabFolder(root, walk.files, [...walk.states, ...found].join('\n'));
}
