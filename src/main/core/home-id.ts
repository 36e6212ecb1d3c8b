import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpsLabError } from '../../shared/contract/errors.ts';

const FILE = 'home-id';

/**
 * The id of a data directory, made once: marks on an engine what belongs to it. Two programs may start at once on a new
 * directory: the first id that is linked into place is everybody's.
 * @returns 32 hex digits
 * @throws OpsLabError `invalid` when the file is damaged
 */
export function homeIdOf(dataDirectory: string): string {
  const file = join(dataDirectory, FILE);
  const id = read(file) ?? make(dataDirectory, file);
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new OpsLabError('invalid', `${file} is damaged. Remove that file; containers of earlier sessions then have to be removed by hand.`);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function make(dataDirectory: string, file: string): string {
  const mine = join(dataDirectory, `${FILE}.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(mine, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 });
  try {
    linkSync(mine, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}
