// The licences of what is inside a package: one text with each package's licence, from what is installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { StepError } from './say.mjs';

/**
 * @typedef {{ name: string, version: string, licence: string, text: string }} Licence
 * @typedef {{ version?: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} Locked
 */

const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense)([.-].*)?$/i;

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {string} directory @returns {string[]} sources below it, with whole paths */
function sources(directory) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(directory, name));
}

/** @returns {string[]} packages that the page imports: they are bundled, so package.json counts them as development packages */
function bundledPackages() {
  const names = new Set();
  for (const file of [...sources(join(ROOT, 'src/renderer')), ...sources(join(ROOT, 'src/shared'))]) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^'.][^']*)'/g)) {
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (!name.startsWith('node:')) names.add(name);
    }
  }
  return [...names];
}

/**
 * @param {Record<string, Locked>} packages of package-lock.json, by folder
 * @param {string} name @param {string} from folder of the package that depends on it
 * @returns {string | undefined} its folder, by Node's rule: the nearest node_modules above
 */
function folderOf(packages, name, from) {
  for (let at = from; ; ) {
    const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[folder] !== undefined) return folder;
    if (at === '') return undefined;
    at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1));
  }
}

/** @returns {string[]} folders of all packages whose code is in the app, sorted */
function packagedFolders() {
  /** @type {Record<string, Locked>} */
  const packages = readJson(join(ROOT, 'package-lock.json')).packages;
  const found = new Set();
  const follow = (/** @type {string} */ name, /** @type {string} */ from) => {
    const folder = folderOf(packages, name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies } = packages[folder] ?? {};
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) follow(next, folder);
  };
  for (const name of [...Object.keys(packages['']?.dependencies ?? {}), ...bundledPackages()]) follow(name, '');
  return [...found].filter((folder) => existsSync(join(ROOT, folder, 'package.json'))).sort();
}

/** @returns {Licence[]} of all packages in the app, by name */
export function collectLicences() {
  return packagedFolders().map((folder) => {
    const { name, version, license, licenses } = readJson(join(ROOT, folder, 'package.json'));
    const files = readdirSync(join(ROOT, folder)).filter((file) => LICENCE_FILE.test(file));
    const text = files.map((file) => readFileSync(join(ROOT, folder, file), 'utf8').trim()).join('\n\n');
    const declared = license ?? licenses;
    const licence = typeof declared === 'string' ? declared : (declared?.type ?? declared?.[0]?.type ?? '');
    return { name, version, licence, text };
  });
}

/**
 * Writes `third-party-licences.txt`. Electron's and Chromium's own licences lie beside the program.
 * @param {string} directory
 * @throws {StepError} when a package says nothing about its licence
 */
export function writeLicences(directory) {
  const licences = collectLicences();
  const silent = licences.filter(({ licence, text }) => licence === '' && text === '');
  if (silent.length > 0) {
    throw new StepError(`no licence is known of ${silent.map(({ name }) => name).join(', ')}`, {
      todo: 'Find its licence, or do without the package: what has no licence may not be shipped.',
    });
  }
  const parts = licences.map(
    ({ name, version, licence, text }) => `${name} ${version}\n${licence}\n\n${text || '(no text in the package)'}\n`,
  );
  const head = 'Ops Lab contains these packages. Each comes under the licence that follows its name.\n';
  writeFileSync(join(directory, 'third-party-licences.txt'), [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`));
}
