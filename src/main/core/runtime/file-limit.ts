import { OpsLabError } from '../../../shared/contract/errors.ts';

/** Largest file of a workspace that is read or written for the editor, in bytes. */
export const FILE_LIMIT = 1_000_000;

/** @param size in bytes */
export function tooLarge(path: string, size: number): OpsLabError {
  const megabytes = (bytes: number) => bytes / 1_000_000;
  const message = `${path} has ${megabytes(size).toFixed(1)} MB; the editor takes files up to ${megabytes(FILE_LIMIT)} MB.`;
  return new OpsLabError('file-too-large', message, { size, limit: FILE_LIMIT });
}
