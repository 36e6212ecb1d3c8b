/** Broken copies of a valid lab folder, the same ones in every run: what strangers and accidents do to a folder. */
import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCollection, isMap, isScalar, parseDocument } from 'yaml';
import { NEW_LAB_FILES } from '../main/core/labs/new-lab.ts';

export interface Mutation {
  /** For the reader of a failure. */
  readonly what: string;
  /** Whether the lab is none any more, or is one still. */
  readonly must: 'refuse' | 'accept';
}

/** Chooses, the same way in every run for the same seed (mulberry32). */
export class Chooser {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** @returns a whole number from 0 to below `limit` */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

type Path = readonly (string | number)[];
type Mutate = (folder: string, choose: Chooser) => Promise<Mutation>;

const FILES = [...NEW_LAB_FILES.keys()];
const YAML = FILES.filter((path) => path.endsWith('.yaml'));
const textOf = (path: string) => NEW_LAB_FILES.get(path) ?? '';
const refuse = (what: string): Mutation => ({ what, must: 'refuse' });

/** All values below the document's root, with the ways to them. */
function valuesOf(path: string): { at: Path; isCollection: boolean; isMap: boolean }[] {
  const document = parseDocument(textOf(path));
  const found: { at: Path; isCollection: boolean; isMap: boolean }[] = [];
  const walk = (node: unknown, at: Path): void => {
    if (at.length > 0) found.push({ at, isCollection: isCollection(node), isMap: isMap(node) });
    if (!isCollection(node)) return;
    node.items.forEach((item, index) => {
      if (isMap(node)) {
        const { key, value } = item as { key: unknown; value: unknown };
        walk(value, [...at, isScalar(key) ? String(key.value) : index]);
      } else walk(item, [...at, index]);
    });
  };
  walk(document.contents, []);
  return found;
}

/** Puts `value` at `at`, as the YAML library writes it. */
function withValue(path: string, at: Path, value: unknown): string {
  const document = parseDocument(textOf(path));
  document.setIn(at, document.createNode(value));
  return document.toString();
}

const missing: Mutate = async (folder, choose) => {
  const path = choose.one([...FILES, 'workspace', 'solutions', 'wrong', 'recordings', 'solutions/wait-with-a-timer/files']);
  await rm(join(folder, path), { recursive: true });
  // A lab needs no wrong fix, a solution may consist of a restart alone, and a program may make the folder of its log itself.
  const optional =
    /^(?:workspace\/log\/\.gitkeep|wrong|wrong\/restart\/solution\.yaml|solutions\/wait-with-a-timer\/files(?:\/server\.js)?)$/.test(path);
  return { what: `without ${path}`, must: optional ? 'accept' : 'refuse' };
};

const wrongType: Mutate = async (folder, choose) => {
  const path = choose.one(YAML);
  const { at, isCollection } = choose.one(valuesOf(path));
  const value = isCollection ? choose.one([7, true, null, 'text']) : choose.one([{ a: 1 }, [[1]], { a: { b: [] } }]);
  await writeFile(join(folder, path), withValue(path, at, value));
  return refuse(`${path}: ${at.join('.')} is ${JSON.stringify(value)}`);
};

const unknownKey: Mutate = async (folder, choose) => {
  const path = choose.one(YAML);
  const maps = valuesOf(path).filter((value) => value.isMap);
  const at = maps.length === 0 ? [] : choose.one(maps).at;
  const key = choose.one(['surprise', 'Title', 'privileged', 'constructor', 'x-other', ' ']);
  await writeFile(join(folder, path), withValue(path, [...at, key], choose.one([1, 'text', { deep: [] }])));
  return refuse(`${path}: ${at.join('.')} has the key ${key}`);
};

const PLACES: [string, Path][] = [
  ['lab.yaml', ['editor', 'open', 0]],
  ['lab.yaml', ['terminals', 1, 'file']],
  ['lab.yaml', ['restartable', 0]],
  ['compose.yaml', ['services', 'app', 'volumes', 0]],
  ['compose.yaml', ['services', 'app', 'image']],
  ['compose.yaml', ['services', 'app', 'working_dir']],
  ['wrong/restart/solution.yaml', ['restart', 0]],
];

const pathEscape: Mutate = async (folder, choose) => {
  const [path, at] = choose.one(PLACES);
  const value = choose.one([
    '../../etc/passwd',
    '/etc/passwd',
    '..\\..\\x',
    'a/../../b',
    'a\u0000b',
    'file:///etc',
    'C:\\x',
    '~/x',
    '..',
    '',
  ]);
  await writeFile(join(folder, path), withValue(path, at, value));
  return refuse(`${path}: ${at.join('.')} is ${JSON.stringify(value)}`);
};

const ALIASES = [
  // Grows to 10^9 values when it is written out.
  Array.from({ length: 10 }, (_, level) => `bomb${level}: &b${level} [${level === 0 ? 'x' : Array(10).fill(`*b${level - 1}`)}]`).join('\n'),
  'endless: &endless [*endless]',
  'endless: &one { again: *one }',
  'base: &base { a: 1 }\nmore: { <<: *base }',
  'unknown: *nowhere',
  'tagged: !!js/function "() => 1"',
  'tagged: !custom x',
  '%YAML 1.1\n---\na: yes',
];

const alias: Mutate = async (folder, choose) => {
  const path = choose.one(YAML);
  const what = choose.one(ALIASES);
  const text = textOf(path);
  await writeFile(join(folder, path), choose.below(2) === 0 ? `${what}\n${text}` : `${text}${what}\n`);
  return refuse(`${path}: ${what.slice(0, 40)}`);
};

const link: Mutate = async (folder, choose) => {
  const path = choose.one([...FILES, 'workspace', 'solutions', 'workspace/log', 'probes', 'services']);
  const target = choose.one(['/etc/passwd', '/', '.', '..', 'nowhere', 'itself', 'pipe', 'outside']);
  const at = join(folder, path);
  if (target === 'outside') {
    // The file is the same, only elsewhere: what a link shows may change later.
    if (!FILES.includes(path)) await rm(at, { recursive: true, force: true });
    else await rename(at, `${folder}.linked`);
    await symlink(`${folder}.linked`, at);
  } else {
    await rm(at, { recursive: true, force: true });
    if (target === 'pipe') execFileSync('mkfifo', [at]);
    else await symlink(target === 'itself' ? at : target, at);
  }
  return refuse(`${path} is a link or pipe: ${target}`);
};

const HUGE: Record<string, (folder: string, choose: Chooser) => Promise<unknown>> = {
  'a YAML file of 16 MB': (folder, choose) => truncate(join(folder, choose.one(YAML)), 16 << 20),
  'a story of 1 MB': (folder) => writeFile(join(folder, 'story.md'), textOf('story.md') + 'words '.repeat(200_000)),
  'a workspace file of 1 GB': (folder) =>
    writeFile(join(folder, 'workspace/big'), '').then(() => truncate(join(folder, 'workspace/big'), 1 << 30)),
  '1 200 files': (folder) =>
    Promise.all(Array.from({ length: 1_200 }, (_, index) => writeFile(join(folder, `workspace/file-${index}`), ''))),
  'folders 40 deep': (folder) => mkdir(join(folder, 'workspace', ...Array(40).fill('d')), { recursive: true }),
  'a text of 200 kB': (folder) => writeFile(join(folder, 'lab.yaml'), withValue('lab.yaml', ['title'], 'x'.repeat(200_000))),
  'a key of 100 kB': (folder) => writeFile(join(folder, 'lab.yaml'), `${textOf('lab.yaml')}${'k'.repeat(100_000)}: 1\n`),
  'a list of 50 000': (folder) => writeFile(join(folder, 'lab.yaml'), withValue('lab.yaml', ['concepts'], Array(50_000).fill('a'))),
  '10 000 levels': (folder, choose) => writeFile(join(folder, choose.one(YAML)), `a: ${'['.repeat(10_000)}`),
};

const huge: Mutate = async (folder, choose) => {
  if (choose.below(2) === 0) {
    const at = choose.one<Path>([
      ['minutes'],
      ['check-every'],
      ['load', 0, 'rate'],
      ['load', 0, 'port'],
      ['probes', 'load', 'with', 'seconds'],
    ]);
    const value = choose.one([1e308, -1e308, 2 ** 53, Number.POSITIVE_INFINITY, Number.NaN, -1, 1.5e9]);
    await writeFile(join(folder, 'lab.yaml'), withValue('lab.yaml', at, value));
    return refuse(`lab.yaml: ${at.join('.')} is ${value}`);
  }
  const what = choose.one(Object.keys(HUGE));
  await HUGE[what]?.(folder, choose);
  return refuse(what);
};

const BYTES = [[0xff, 0xfe], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80], [0xe2, 0x82], [0x80]];

const badText: Mutate = async (folder, choose) => {
  const path = choose.one([...YAML, 'story.md', 'workspace/server.js', 'solutions/wait-with-a-timer/files/server.js']);
  const bytes = choose.one(BYTES);
  const text = Buffer.from(textOf(path));
  const at = choose.below(text.length);
  await writeFile(join(folder, path), Buffer.concat([text.subarray(0, at), Buffer.from(bytes), text.subarray(at)]));
  // What a lab's program is made of is the lab's own matter.
  return { what: `${path}: ${Buffer.from(bytes).toString('hex')} at ${at}`, must: path.endsWith('.js') ? 'accept' : 'refuse' };
};

const KINDS: readonly Mutate[] = [missing, wrongType, unknownKey, pathEscape, alias, link, huge, badText];

/** Writes the valid lab into `folder` (which is made) and breaks it in the way that `index` and `seed` choose. */
export async function writeMutatedLab(folder: string, index: number, seed: number): Promise<Mutation> {
  for (const [path, content] of NEW_LAB_FILES) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const mutate = KINDS[index % KINDS.length] as Mutate;
  return mutate(folder, new Chooser(seed * 1_000 + index));
}
