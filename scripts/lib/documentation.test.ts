import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './paths.mjs';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('docs/dependencies.md has one line for each package of package.json and tools/node, in exact versions, and no others', () => {
  const packages = [JSON.parse(read('package.json')), JSON.parse(read('tools/node/package.json'))];
  const wanted: Record<string, string> = {};
  for (const { dependencies, devDependencies, optionalDependencies } of packages) {
    Object.assign(wanted, dependencies, devDependencies, optionalDependencies);
  }
  const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(wanted).sort());
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('no lock file holds a download address', () => {
  for (const path of ['package-lock.json', 'tools/node/package-lock.json']) expect(read(path)).not.toContain('"resolved"');
});

/** The words of Electron's security tutorial that tell its items apart. */
const ELECTRON_CHECKLIST = [
  'secure content',
  'Node.js integration',
  'context isolation',
  'process sandboxing',
  'permission requests',
  'webSecurity',
  'content security policy',
  'allowRunningInsecureContent',
  'experimental features',
  'enableBlinkFeatures',
  'allowpopups',
  'WebView options',
  'navigation',
  'new windows',
  'shell.openExternal',
  'current version',
  'sender',
  'file://',
  'fuses',
  'Electron APIs',
];

test('docs/security.md has a line for each item of Electron’s checklist, with files that exist where it is set and tested', () => {
  const sources = globSync(['{src,e2e,scripts}/**/*.{ts,mjs}', '*.{json,mjs}', '.github/workflows/*.yml'], { cwd: ROOT });
  const isFile = (name: string) => sources.some((path) => path === name || path.endsWith(`/${name}`));
  const [, after = ''] = read('docs/security.md').split("## Electron's own checklist");
  const [section = ''] = after.split('\n## ');
  const rows = [...section.matchAll(/^\| (\d+) ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual(ELECTRON_CHECKLIST.map((_, index) => index + 1));
  for (const [index, [, , item = '', where = '', tests = '']] of rows.entries()) {
    expect(item).toContain(ELECTRON_CHECKLIST[index]);
    const named = (text: string) => [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|json|yml))`/g)].map(([, name = '']) => name);
    expect([...named(where), ...named(tests)].filter((name) => !isFile(name))).toEqual([]);
    expect(named(where), item).not.toEqual([]);
    expect(named(tests).some((name) => /\.(test|spec)\.ts$/.test(name)) || /stand-in refuses/.test(tests), item).toBe(true);
  }
});

/** The files of a test that a document names: those whose path ends with what it says. */
function filesNamed(name: string, tests: readonly string[]): string[] {
  return tests.filter((path) => path === name || path.endsWith(`/${name}`));
}

test('every test that docs/security.md, docs/failures.md and docs/electron-host.md name exists', () => {
  const tests = globSync('{src,e2e,scripts,bench}/**/*.{test,spec}.ts', { cwd: ROOT });
  const missing = ['security', 'failures', 'electron-host'].flatMap((name) =>
    [...read(`docs/${name}.md`).matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => filesNamed(path, tests).length === 0)
      .map((path) => `docs/${name}.md: ${path}`),
  );
  expect(missing).toEqual([]);
});

/** `WEB-010, 011, ELE-007 to 009` as whole ids. */
function caseIds(text: string): string[] {
  let prefix = '';
  return text.split(/,\s*/).flatMap((part) => {
    const [, letters, first = '', last = first] = /^(?:([A-Z]{1,3})-)?(\d{1,3})(?:(?: to |\.\.)(\d{1,3}))?$/.exec(part) ?? [];
    prefix = letters ?? prefix;
    if (first === '' || prefix === '') return [];
    const width = first.length;
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => `${prefix}-${String(Number(first) + index).padStart(width, '0')}`);
  });
}

/** What a file says it tests: ids in full, in a list such as `WEB-010, 011` or in a range such as `HTP-065..068`. */
function idsIn(source: string): Set<string> {
  const lists = source.matchAll(/\b[A-Z]{1,3}-\d{1,3}(?:(?: to |\.\.)\d{1,3})?(?:,\s*(?:[A-Z]{1,3}-)?\d{1,3}\b)*/g);
  return new Set([...lists].flatMap(([list]) => caseIds(list)));
}

test('the cases that a document says a test holds are in that test, and the name of the test is not in doubt', () => {
  const tests = globSync('{src,e2e,scripts,bench}/**/*.{test,spec}.ts', { cwd: ROOT });
  // The gate's listed cases are data.
  const data = ['gate-cases', 'gate-cases-unlisted'].map((name) => read(`src/test-support/${name}.ts`)).join('\n');
  const wrong = ['security', 'electron-host'].flatMap((document) =>
    [...read(`docs/${document}.md`).matchAll(/`([\w./-]+\.(?:test|spec)\.ts)` \(([^)]+)\)/g)].flatMap(([, name = '', said = '']) => {
      const ids = caseIds(said);
      const files = filesNamed(name, tests);
      if (ids.length === 0) return [];
      if (files.length !== 1) return [`docs/${document}.md: ${name} is ${files.length} files`];
      const there = idsIn(`${read(files[0] ?? '')}\n${name === 'gate.docker.test.ts' ? data : ''}`);
      return ids.filter((id) => !there.has(id)).map((id) => `docs/${document}.md: ${name} does not hold ${id}`);
    }),
  );
  expect(wrong).toEqual([]);
});
