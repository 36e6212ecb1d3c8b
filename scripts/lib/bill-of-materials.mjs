// What is inside a package, as a CycloneDX bill: the packages whose licences are collected, those bundled into the page among
// them (npm's own bill takes those for development packages), and Electron.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectLicences } from './licences.mjs';
import { ROOT } from './paths.mjs';

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** @param {string} name @param {string} version @returns {string} package URL: the scope's `@` is escaped, its slash is not */
const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** @param {string} licence @returns {object} an SPDX expression where it is one, else the package's own words */
const licenceOf = (licence) =>
  /^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence.replace(/^\((.*)\)$/, '$1') };

/** @returns {object} the bill, the same for the same lock file */
export function billOfMaterials() {
  const { name, version, license } = readJson('package.json');
  const electron = readJson('node_modules/electron/package.json');
  const locked = Object.entries(
    /** @type {Record<string, { version?: string, integrity?: string }>} */ (readJson('package-lock.json').packages),
  );
  const integrityOf = (/** @type {string} */ wanted, /** @type {string} */ at) =>
    locked.find(([path, entry]) => path.endsWith(`node_modules/${wanted}`) && entry.version === at)?.[1].integrity ?? '';
  const component = (
    /** @type {{ name: string, version: string, licence: string, type?: string }} */ { name, version, licence, type = 'library' },
  ) => {
    const [algorithm = '', digest = ''] = integrityOf(name, version).split('-');
    const hashes = algorithm === 'sha512' ? [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] : [];
    return {
      type,
      'bom-ref': `${name}@${version}`,
      name,
      version,
      purl: purl(name, version),
      hashes,
      licenses: licence === '' ? [] : [licenceOf(licence)],
    };
  };
  const inside = new Map(collectLicences().map((each) => [`${each.name}@${each.version}`, component(each)]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `${name}@${version}`,
        name,
        version,
        purl: purl(name, version),
        licenses: [licenceOf(license)],
      },
    },
    components: [
      ...inside.values(),
      component({ name: 'electron', version: electron.version, licence: electron.license, type: 'framework' }),
    ],
  };
}

/** @param {string} path of the file to write */
export function writeBill(path) {
  writeFileSync(path, `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
}
