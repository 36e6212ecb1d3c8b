// Checks sources against the import table. TypeScript 7 has no API for this, so the imports come from vite's own parser.
import { posix } from 'node:path';
import { parseSync } from 'vite';
import { MAX_LINES, MAY_IMPORT_ELECTRON, NO_CYCLES_IN, TESTS_MAY, ZONES } from './import-table.mjs';

/**
 * @typedef {{ path: string, source: string }} SourceFile path relative to the root, with `/`
 * @typedef {{ specifier: string, types: boolean, line: number }} Import
 * @typedef {{ path: string, line: number, message: string }} Violation
 */

/** @param {string} path @param {string} prefix */
const matches = (path, prefix) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix);

/** @param {string} path */
const isTest = (path) => /\.test\.tsx?$/.test(path);

/** @param {string} path @returns {import('./import-table.mjs').Zone | undefined} */
export function zoneOf(path) {
  return ZONES.find(({ files }) => files.some((prefix) => matches(path, prefix)));
}

/**
 * Finds `import('...')` in types and calls of `require('...')` and `createRequire(here)('...')`: the parser's list of
 * imports does not have them.
 * @param {unknown} node @param {string} source @param {(specifier: string, start: number, types: boolean) => void} found
 */
function walk(node, source, found) {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, source, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const entry = /** @type {Record<string, any>} */ (node);
  if (entry.type === 'TSImportType' && typeof entry.source?.value === 'string') found(entry.source.value, entry.start, true);
  if (entry.type === 'CallExpression' && /^(?:require$|createRequire\()/.test(source.slice(entry.callee.start, entry.callee.end))) {
    const [argument] = entry.arguments;
    if (typeof argument?.value === 'string') found(argument.value, entry.start, false);
  }
  for (const value of Object.values(entry)) walk(value, source, found);
}

/**
 * @param {SourceFile} file
 * @returns {Import[]} everything that it imports or re-exports
 * @throws {Error} when the file cannot be parsed
 */
export function importsOf({ path, source }) {
  const result = parseSync(path, source);
  const error = result.errors[0];
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  /** @type {Import[]} */
  const imports = [];
  /** @param {string} specifier @param {number} start @param {boolean} types */
  const add = (specifier, start, types) => {
    imports.push({ specifier, types, line: source.slice(0, start).split('\n').length });
  };
  for (const { moduleRequest, entries, start } of result.module.staticImports) {
    add(moduleRequest.value, start, entries.length > 0 && entries.every(({ isType }) => isType));
  }
  for (const { entries } of result.module.staticExports) {
    for (const { moduleRequest, isType, start } of entries) if (moduleRequest) add(moduleRequest.value, start, isType);
  }
  for (const { moduleRequest } of result.module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end);
    if (/^(['"`])[^'"`$]*\1$/.test(text)) add(text.slice(1, -1), moduleRequest.start, false);
  }
  walk(result.program, source, add);
  return imports;
}

/** @param {string} specifier @returns {string} the package's name, or `node:*` */
function packageOf(specifier) {
  if (specifier.startsWith('node:')) return 'node:*';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Holds everywhere, also in scripts and tests of the whole app. @param {string} path @param {Import} imported @returns {string | undefined} what is wrong */
function judgeElectron(path, { specifier }) {
  if (packageOf(specifier) !== 'electron' || MAY_IMPORT_ELECTRON.some((prefix) => matches(path, prefix))) return undefined;
  return 'only the Electron host and the preload may import electron';
}

/** @param {string} path @param {Import} imported @returns {string | undefined} what is wrong with that import */
function judge(path, { specifier, types }) {
  const from = zoneOf(path);
  if (from === undefined) return undefined;
  const allowed = [...from.may, ...(types ? (from.mayTypes ?? []) : []), ...(isTest(path) ? TESTS_MAY : [])];
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));
    const to = zoneOf(target);
    if (to === undefined)
      return isTest(path) || !target.startsWith('src/') ? outside(path, target) : `${target} is in no zone of the import table`;
    if (isTest(target)) return `a test may not be imported (${specifier})`;
    if (to.zone === from.zone || allowed.includes(to.zone)) return undefined;
    if (!types && from.mayTypes?.includes(to.zone)) return `${from.zone} may import only types of ${to.zone} (${specifier})`;
    return `${from.zone} may not import ${to.zone} (${specifier})`;
  }
  const name = packageOf(specifier);
  return allowed.includes(name) ? undefined : `${from.zone} may not import ${name}`;
}

/** @param {string} path @param {string} target @returns {string | undefined} */
function outside(path, target) {
  return isTest(path) || target === 'package.json' ? undefined : `${target} is outside src/`;
}

/** @param {string} path @returns {string | undefined} the folder of NO_CYCLES_IN that it is in */
function coreFolder(path) {
  if (!path.startsWith(NO_CYCLES_IN)) return undefined;
  const parts = path.slice(NO_CYCLES_IN.length).split('/');
  return parts.length > 1 ? parts[0] : undefined;
}

/**
 * @param {{ from: string, to: string, path: string, line: number }[]} edges between folders
 * @returns {Violation[]} one for each circle
 */
function findCycles(edges) {
  /** @type {Violation[]} */
  const violations = [];
  const told = new Set();
  /** @param {string[]} trail */
  const visit = (trail) => {
    const here = trail[trail.length - 1];
    for (const edge of edges) {
      if (edge.from !== here) continue;
      const start = trail.indexOf(edge.to);
      if (start === -1) {
        visit([...trail, edge.to]);
        continue;
      }
      const circle = trail.slice(start);
      const name = [...circle].sort().join(' ');
      if (told.has(name)) continue;
      told.add(name);
      violations.push({
        path: edge.path,
        line: edge.line,
        message: `folders import each other in a circle: ${[...circle, edge.to].join(' -> ')}`,
      });
    }
  };
  for (const folder of new Set(edges.map(({ from }) => from))) visit([folder]);
  return violations;
}

/**
 * @param {SourceFile[]} files all sources
 * @returns {Violation[]} of the import table, of the ban on circles, and of the length of a file; sorted by path
 */
export function checkSources(files) {
  /** @type {Violation[]} */
  const violations = [];
  /** @type {Map<string, { from: string, to: string, path: string, line: number }>} */
  const edges = new Map();
  for (const file of files) {
    const lines = file.source.trimEnd().split('\n').length;
    if (lines > MAX_LINES)
      violations.push({ path: file.path, line: MAX_LINES, message: `${lines} lines; at most ${MAX_LINES} (one concern per file)` });
    if (file.path.startsWith('src/') && zoneOf(file.path) === undefined) {
      violations.push({ path: file.path, line: 1, message: 'is in no zone of the import table' });
    }
    for (const imported of importsOf(file)) {
      const message = judgeElectron(file.path, imported) ?? judge(file.path, imported);
      if (message !== undefined) violations.push({ path: file.path, line: imported.line, message });
      if (imported.types || isTest(file.path) || !imported.specifier.startsWith('.')) continue;
      const from = coreFolder(file.path);
      const to = coreFolder(posix.join(posix.dirname(file.path), imported.specifier));
      if (from === undefined || to === undefined || from === to || edges.has(`${from} ${to}`)) continue;
      edges.set(`${from} ${to}`, { from, to, path: file.path, line: imported.line });
    }
  }
  violations.push(...findCycles([...edges.values()]));
  return violations.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}
