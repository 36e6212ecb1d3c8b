import { basename } from 'node:path';
import type * as z from 'zod';
import type { LabProblem } from '../../../shared/contract/values.ts';
import { didYouMean } from '../../../shared/domain/did-you-mean.ts';
import { ComposeSchema } from './compose.ts';
import { checkCompose, checkHints, checkManifest, References } from './cross-check.ts';
import type { Lab } from './lab.ts';
import { type LabFolder, openLabFolder } from './lab-folder.ts';
import { HintsSchema, ManifestSchema, RecordingSchema, type RecordingSpec } from './manifest.ts';
import { Problems } from './problem.ts';
import { readFixes } from './read-fixes.ts';
import { checkMarkdown, readStory } from './read-story.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { checkSchema } from './schema-problems.ts';
import { readUtf8 } from './utf8.ts';

const FILES = ['lab.yaml', 'compose.yaml', 'hints.yaml', 'story.md', 'README.md'];
const FOLDERS = ['workspace', 'services', 'probes', 'solutions', 'wrong', 'recordings'];
const STORY_BYTES = 256 * 1024;

export interface LoadedLab {
  readonly id: string;
  /** null when there is at least one problem. */
  readonly lab: Lab | null;
  readonly problems: readonly LabProblem[];
  /** Of the folder when it was read; null when that failed. */
  readonly fingerprint: string | null;
}

/** Reads one YAML file of a lab through its schema; null when it is missing or broken, which is then a problem. */
async function readFile<T extends z.ZodType>(
  folder: LabFolder,
  file: string,
  schema: T,
  problems: Problems,
): Promise<{ value: z.infer<T>; text: YamlText; references: References } | null> {
  if (!folder.has(file)) {
    problems.add(file, 'found no such file; every lab has one');
    return null;
  }
  const { text, problems: unreadable } = readYaml(await folder.read(file));
  for (const problem of unreadable) problems.add(file, problem.message, problem.at);
  if (text === null) return null;
  const value = checkSchema(schema, text, file, problems);
  return value === null ? null : { value, text, references: new References(file, text, problems) };
}

async function readRecordings(folder: LabFolder, problems: Problems): Promise<Map<string, RecordingSpec>> {
  const recordings = new Map<string, RecordingSpec>();
  for (const path of folder.below('recordings')) {
    const file = `recordings/${path}`;
    const name = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.yaml$/.exec(path)?.[1];
    if (name === undefined) {
      if (path !== '.gitkeep') problems.add(file, 'found a name that is not lower-case words joined by hyphens and .yaml');
      continue;
    }
    const read = await readFile(folder, file, RecordingSchema, problems);
    if (read === null) continue;
    read.value.volatile.forEach(({ pattern }, index) => {
      read.references.pattern(['volatile', index, 'pattern'], pattern);
    });
    recordings.set(name, read.value);
  }
  return recordings;
}

function checkEntries(folder: LabFolder, problems: Problems): void {
  const entries = new Map<string, boolean>();
  for (const path of folder.files) entries.set(path.split('/')[0] ?? '', path.includes('/'));
  for (const [entry, isFolder] of entries) {
    const known = isFolder ? FOLDERS : FILES;
    if (!known.includes(entry)) problems.add(entry, `found “${entry}”, which is no part of a lab.${didYouMean(entry, known)}`);
  }
}

async function read(folder: LabFolder, id: string, thirdParty: boolean, problems: Problems): Promise<Lab | null> {
  checkEntries(folder, problems);
  const compose = await readFile(folder, 'compose.yaml', ComposeSchema, problems);
  if (compose !== null) checkCompose(compose.value, folder, compose.references);
  const manifest = await readFile(folder, 'lab.yaml', ManifestSchema, problems);
  if (manifest !== null) checkManifest(manifest.value, { compose: compose?.value ?? null, folder }, manifest.references);
  const hints = await readFile(folder, 'hints.yaml', HintsSchema, problems);
  if (hints !== null) {
    if (manifest !== null) checkHints(hints.value, manifest.value, hints.references);
    for (const [objective, steps] of Object.entries(hints.value)) {
      for (const [index, { text }] of steps.entries()) {
        checkMarkdown(text, 'hints.yaml', hints.text.place([objective, index, 'text']).line, problems);
      }
    }
  }
  const recordings = await readRecordings(folder, problems);
  const story = await readStoryFile(folder, recordings, problems);
  if (manifest === null) return null;
  for (const [name, recording] of recordings) {
    if (manifest.value.runtimes[recording.runtime] === undefined) {
      problems.add(`recordings/${name}.yaml`, `found the runtime ${recording.runtime}, which lab.yaml does not name`);
    }
  }
  const context = { manifest: manifest.value, compose: compose?.value ?? null };
  const solutions = await readFixes(folder, 'solutions', context, problems);
  const wrong = await readFixes(folder, 'wrong', context, problems);
  if (folder.foldersIn('solutions').length === 0) problems.add('solutions', 'found no solution, expected at least one');
  if (compose === null || hints === null || problems.list.length > 0) return null;
  return {
    id,
    folder: folder.root,
    thirdParty,
    manifest: manifest.value,
    compose: compose.value,
    hints: hints.value,
    story,
    solutions,
    wrong,
    recordings,
    workspaceFiles: folder.below('workspace'),
    serviceFiles: folder.below('services'),
    probeFiles: folder.below('probes'),
  };
}

async function readStoryFile(folder: LabFolder, recordings: ReadonlyMap<string, RecordingSpec>, problems: Problems) {
  if (!folder.has('story.md')) {
    problems.add('story.md', 'found no such file; every lab has one');
    return [];
  }
  const bytes = await folder.read('story.md');
  if (bytes.length > STORY_BYTES) {
    problems.add('story.md', `found ${bytes.length} bytes, expected at most ${STORY_BYTES}`);
    return [];
  }
  const read = readUtf8(bytes);
  if (read.text === null) {
    problems.add('story.md', 'found bytes that are no UTF-8 text', read.at);
    return [];
  }
  return readStory(read.text, recordings, problems);
}

/**
 * Reads and checks one lab. Never throws for what is in the folder: everything wrong is a problem, with file, line and column.
 * @param root absolute path; its last part is the lab's id
 * @param earlier the same lab as it was read before, which is returned when nothing has changed since
 */
export async function loadLab(root: string, thirdParty = false, earlier: LoadedLab | null = null): Promise<LoadedLab> {
  const id = basename(root);
  const problems = new Problems(id);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) || id.length > 64) {
    problems.add('', 'found a folder name that is not lower-case words joined by hyphens; it is the id of the lab');
  }
  try {
    const folder = await openLabFolder(root, problems);
    const { fingerprint } = folder;
    if (earlier?.fingerprint === fingerprint) return earlier;
    const lab = await read(folder, id, thirdParty, problems);
    return { id, lab, problems: problems.list, fingerprint };
  } catch (error) {
    problems.add('', `could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return { id, lab: null, problems: problems.list, fingerprint: null };
  }
}
