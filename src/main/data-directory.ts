/** Where Ops Lab keeps what it must not forget. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { OpsLabError } from '../shared/contract/errors.ts';

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** 32 hex digits, made once: marks on an engine what belongs to this data directory. */
  readonly homeId: string;
}

/** What the platform says; an XDG path that is not absolute is to be ignored (XDG Base Directory Specification). */
function platformDefault(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ops Lab');
  if (platform === 'win32') return join(environment.APPDATA || join(home, 'AppData', 'Roaming'), 'Ops Lab');
  const xdg = environment.XDG_DATA_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'ops-lab');
}

/**
 * The data directory's path: what was asked for, else OPS_LAB_DATA_DIR, else the platform's place.
 * @param asked value of --data-dir; relative to the current folder
 */
export function dataDirectoryPath(
  asked: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (asked !== undefined && asked !== '') return resolve(asked);
  if (environment.OPS_LAB_DATA_DIR) return resolve(environment.OPS_LAB_DATA_DIR);
  return platformDefault(environment, platform, home);
}

/** Two programs may start at once on a new data directory: the first id that is linked into place is everybody's. */
function homeIdOf(path: string): string {
  const file = join(path, 'home-id');
  const mine = join(path, `home-id.${process.pid}.${randomBytes(4).toString('hex')}`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
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
}

/**
 * Makes the data directory (for its owner only) where it is not there yet.
 * @throws OpsLabError `not-allowed` when it cannot be made or written, `invalid` when its id is damaged
 */
export function openDataDirectory(path: string): DataDirectory {
  let homeId: string;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    homeId = homeIdOf(path);
  } catch (error) {
    throw new OpsLabError(
      'not-allowed',
      `The data directory ${path} cannot be used (${error instanceof Error ? error.message : String(error)}). Choose another one with --data-dir or OPS_LAB_DATA_DIR.`,
    );
  }
  if (!/^[0-9a-f]{32}$/.test(homeId)) {
    throw new OpsLabError(
      'invalid',
      `${join(path, 'home-id')} is damaged. Remove that file; containers of earlier sessions then have to be removed by hand.`,
    );
  }
  return { path, homeId };
}
