// The packages in node_modules: exactly those of package-lock.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashKey } from './hash.mjs';
import { withLock } from './lock.mjs';
import { ROOT, TOOLS, toolsDirectory } from './paths.mjs';
import { runNpm } from './run.mjs';
import { StepError, say } from './say.mjs';

const STAMP = join(ROOT, 'node_modules', '.ops-lab-key');

/**
 * @param {LockedPackage} entry of an optional package
 * @returns {boolean} whether it is made for this kind of machine; one that names no kind may hang on another that is not needed here
 */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined && cpu === undefined) return false;
  const ownLibc = existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
  return (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true) && (libc?.includes(ownLibc) ?? true);
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 * @param {Record<string, LockedPackage>} wanted packages of package-lock.json
 * @param {Record<string, LockedPackage>} present packages of node_modules/.package-lock.json, which npm writes when it has finished
 * @returns {boolean} whether everything is there; packages for other machines need not be
 */
export function isInstalled(wanted, present) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true && !isForThisMachine(entry);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** @param {string} path @returns {Record<string, LockedPackage>} */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** @param {string} key */
function isCurrent(key) {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === key) return true;
  // Somebody ran npm by hand: look at what it left instead of doing it again.
  if (!isInstalled(readPackages(join(ROOT, 'package-lock.json')), readPackages(join(ROOT, 'node_modules', '.package-lock.json'))))
    return false;
  writeFileSync(STAMP, key);
  return true;
}

/**
 * @param {string} node path of the Node that the app will run on
 * @returns {Promise<string>} the key of what is installed
 * @throws {StepError} when `npm ci` fails
 */
export async function ensureDependencies(node) {
  const key = hashKey(ROOT, ['package-lock.json']);
  if (isCurrent(key)) return key;
  return withLock(
    join(TOOLS, 'locks', 'dependencies'),
    async () => {
      if (isCurrent(key)) return key;
      say('installing the dependencies of package-lock.json (half a minute or so) ...');
      const log = join(toolsDirectory('logs'), 'dependencies.log');
      const result = await runNpm(node, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: ROOT,
        log,
        timeoutMs: 20 * 60_000,
      });
      if (!result.ok) {
        throw new StepError(`npm ci did not work (${result.message})`, {
          log,
          todo: 'Read the end of the log. Usually a package registry cannot be reached: check the network and `npm ping`, then run this again.',
        });
      }
      writeFileSync(STAMP, key);
      return key;
    },
    { onWait: (pid) => say(`waiting for process ${pid}, which installs the dependencies ...`) },
  );
}
