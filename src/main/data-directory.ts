/** Where Ops Lab keeps what it must not forget. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { OpsLabError } from '../shared/contract/errors.ts';

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

/**
 * Makes the data directory (for its owner only) where it is not there yet.
 * @throws OpsLabError `not-allowed` when it cannot be made or written
 */
export function openDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OpsLabError(
      'not-allowed',
      `The data directory ${path} cannot be used (${error instanceof Error ? error.message : String(error)}). Choose another one with --data-dir or OPS_LAB_DATA_DIR.`,
    );
  }
}
