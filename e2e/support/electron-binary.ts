import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BINARY: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** A packaged app to test instead of the built one, its program's path; see .github/workflows/release.yml. */
export const PACKAGED_APP = process.env.OPS_LAB_PACKAGED || null;

/** The path of Electron's binary, or null where it was not (or not wholly) unpacked. The package is not asked: it would download. */
export function electronBinary(): string | null {
  if (PACKAGED_APP !== null) return PACKAGED_APP;
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const folder = fileURLToPath(new URL('../../node_modules/electron', import.meta.url));
  const path = join(override ?? join(folder, 'dist'), BINARY[process.platform] ?? 'electron');
  const complete = override !== undefined || existsSync(join(folder, 'path.txt'));
  return complete && existsSync(path) ? path : null;
}
