/** The files of a session's workspace. Nothing outside it is read or written, whatever links the learner has made. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { FILE_LIMIT, tooLarge } from '../file-limit.ts';
import type { WorkspaceEntry } from '../runtime.ts';
import { workspacePath } from '../workspace-path.ts';

const ENTRY_LIMIT = 2000;

/** @returns the direct children of a directory, directories first, in order of name */
export async function listFiles(workspace: string, directory: string): Promise<WorkspaceEntry[]> {
  const path = workspacePath(directory, 'directory');
  const real = await resolve(workspace, path);
  const children = await readdir(real, { withFileTypes: true }).catch(() => {
    throw new OpsLabError('not-found', `There is no directory ${path} in the workspace.`);
  });
  const entries: WorkspaceEntry[] = [];
  for (const child of children.slice(0, ENTRY_LIMIT)) {
    if (!child.isFile() && !child.isDirectory()) continue;
    const { size } = await stat(join(real, child.name)).catch(() => ({ size: 0 }));
    entries.push({ path: path === '' ? child.name : `${path}/${child.name}`, kind: child.isDirectory() ? 'directory' : 'file', size });
  }
  return entries.sort((a, b) => a.kind.localeCompare(b.kind) || (a.path < b.path ? -1 : 1));
}

/** @throws OpsLabError `not-found`, `file-too-large`, `not-allowed` */
export async function readFile(workspace: string, file: string): Promise<Uint8Array> {
  const path = workspacePath(file);
  const real = await resolve(workspace, path);
  const before = await stat(real);
  // Asked before it is opened: opening a pipe would wait for its writer.
  if (!before.isFile()) throw new OpsLabError('not-allowed', `${path} is not a plain file.`);
  if (before.size > FILE_LIMIT) throw tooLarge(path, before.size);
  const handle = await open(real, 'r');
  try {
    const buffer = Buffer.alloc(FILE_LIMIT + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead > FILE_LIMIT) throw tooLarge(path, bytesRead);
    return new Uint8Array(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Replaces the whole file at once, keeping its mode; makes its folders. @throws OpsLabError `file-too-large`, `not-allowed` */
export async function writeFile(workspace: string, file: string, content: Uint8Array): Promise<void> {
  const path = workspacePath(file);
  if (content.length > FILE_LIMIT) throw tooLarge(path, content.length);
  const folder = await makeFolder(workspace, dirname(path));
  const asked = join(folder, basename(path));
  // A link within the workspace is followed; one that leads out is refused.
  const target = (await exists(asked)) ? await resolve(workspace, path) : asked;
  const old = await stat(target).catch(() => null);
  if (old !== null && !old.isFile()) throw new OpsLabError('not-allowed', `${path} is not a plain file.`);
  const temporary = join(dirname(target), `.${randomUUID()}.part`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(content);
      if (old !== null) await handle.chmod(old.mode & 0o777);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return realpath(path).then(
    () => true,
    () => false,
  );
}

/** @returns the real path. @throws OpsLabError `not-found`, or `not-allowed` when a link leads out of the workspace */
async function resolve(workspace: string, path: string): Promise<string> {
  const root = await realpath(workspace);
  const real = await realpath(join(root, path)).catch(() => {
    throw new OpsLabError('not-found', `There is no ${path} in the workspace.`);
  });
  if (real !== root && !real.startsWith(root + sep)) {
    throw new OpsLabError('not-allowed', `${path} leads out of the workspace.`);
  }
  return real;
}

/** Makes the folders one by one, so that none is made behind a link. @returns the real path of the last */
async function makeFolder(workspace: string, path: string): Promise<string> {
  let made = '';
  for (const part of path === '.' ? [] : path.split('/')) {
    const parent = await resolve(workspace, made);
    await mkdir(join(parent, part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    made = made === '' ? part : `${made}/${part}`;
  }
  const real = await resolve(workspace, made);
  if (!(await stat(real)).isDirectory()) throw new OpsLabError('not-allowed', `${path} is not a directory.`);
  return real;
}
