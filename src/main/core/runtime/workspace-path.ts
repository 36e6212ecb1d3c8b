/** Paths as callers give them: relative to the workspace, with forward slashes. */
import { OpsLabError } from '../../../shared/contract/errors.ts';

const LONGEST = 512;

/**
 * @param path of a file; or of a directory, when `''` may stand for the workspace itself
 * @returns the same path, without empty parts
 * @throws OpsLabError `not-allowed` for a path that could lead out of the workspace
 */
export function workspacePath(path: string, kind: 'file' | 'directory' = 'file'): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const bad =
    path.startsWith('/') ||
    path.length > LONGEST ||
    /[\u0000-\u001f\u007f\\]/.test(path) ||
    parts.includes('..') ||
    (kind === 'file' && parts.length === 0);
  if (bad) throw new OpsLabError('not-allowed', `${JSON.stringify(path.slice(0, 80))} is not a path inside the workspace.`);
  return parts.join('/');
}
