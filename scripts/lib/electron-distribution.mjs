// Where the Electron that a package is made from is on this machine. Nothing is downloaded here.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ELECTRON_BINARY } from './electron.mjs';
import { ROOT } from './paths.mjs';
import { StepError } from './say.mjs';

const PACKAGE = join(ROOT, 'node_modules', 'electron');

/** @param {NodeJS.ProcessEnv} env @returns {string} where Electron's own tools keep what they downloaded */
function cacheDirectory(env) {
  if (env.electron_config_cache) return env.electron_config_cache;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'electron');
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'electron', 'Cache');
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'electron');
}

/** @param {string} path @returns {Promise<string>} */
async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** @param {string} directory @param {string} name @returns {string[]} files of that name in it and in the folders in it */
function search(directory, name) {
  if (!existsSync(directory)) return [];
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [join(directory, name), ...folders.map((folder) => join(directory, folder.name, name))].filter((path) => existsSync(path));
}

/**
 * The Electron for this system: what ELECTRON_OVERRIDE_DIST_PATH names, what the electron package has fetched, or its zip in the
 * cache (`electron_config_cache`, or the usual place).
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [unpacked] where the electron package unpacks its binary
 * @returns {Promise<string>} path of an unpacked folder or of a zip whose checksum is right
 * @throws {StepError} when there is none, or a zip is damaged
 */
export async function electronDistribution(env = process.env, unpacked = join(PACKAGE, 'dist')) {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const zip = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    if (existsSync(join(override, ELECTRON_BINARY))) return override;
    const at = override.endsWith('.zip') ? override : join(override, zip);
    if (existsSync(at) && statSync(at).isFile()) return checked(at, zip);
    throw new StepError(`ELECTRON_OVERRIDE_DIST_PATH (${override}) holds neither ${ELECTRON_BINARY} nor ${zip}`, {
      todo: 'Let it name the folder of an unpacked Electron, or the folder with that zip.',
    });
  }
  // The package writes path.txt last.
  if (existsSync(join(unpacked, ELECTRON_BINARY)) && existsSync(join(unpacked, '..', 'path.txt'))) return unpacked;
  const cache = cacheDirectory(env);
  const [cached] = search(cache, zip);
  if (cached !== undefined) return checked(cached, zip);
  throw new StepError(`a package is made from Electron's own binary, and ${zip} is not on this machine (looked in ${cache})`, {
    todo: 'Where its release server is reached: node node_modules/electron/install.js. Elsewhere: bring the zip and name its folder with ELECTRON_OVERRIDE_DIST_PATH.',
  });
}

/** @param {string} path @param {string} name of the zip @returns {Promise<string>} `path` */
async function checked(path, name) {
  const wanted = JSON.parse(readFileSync(join(PACKAGE, 'checksums.json'), 'utf8'))[name];
  if (wanted === (await sha256(path))) return path;
  throw new StepError(`${path} is damaged: its SHA-256 is not the one that the electron package knows`, { todo: 'Fetch the zip again.' });
}
