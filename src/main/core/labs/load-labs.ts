import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LabProblem } from '../../../shared/contract/values.ts';
import type { Lab } from './lab.ts';
import { type LoadedLab, loadLab } from './load-lab.ts';
import { Problems } from './problem.ts';

/** Folders beside the labs that are none. */
const NO_LABS = new Set(['images', 'node_modules']);

export interface LabFolders {
  /** The labs that come with Ops Lab. */
  readonly builtIn: string;
  /** Further folders of labs, listed as third-party; one that does not exist is a problem. */
  readonly extra: readonly string[];
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.') && !NO_LABS.has(entry.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * Loads all labs. Each stands for itself: a broken one is reported and hides no other.
 * @param known labs of earlier calls by their paths: those that have not changed are not read again. It is brought up to date
 * @returns labs in the order of their folders and ids; of two with one id the first, and a problem for the second
 */
export async function loadLabs(
  { builtIn, extra }: LabFolders,
  known = new Map<string, LoadedLab>(),
): Promise<{ labs: Lab[]; problems: LabProblem[] }> {
  const labs = new Map<string, Lab>();
  const seen = new Map<string, string>();
  const problems: LabProblem[] = [];
  for (const [index, folder] of [builtIn, ...extra].map((path) => resolve(path)).entries()) {
    let ids: string[];
    try {
      ids = await foldersOf(folder);
    } catch (error) {
      const report = new Problems(folder);
      report.add('', `the folder of labs could not be read: ${error instanceof Error ? error.message : String(error)}`);
      problems.push(...report.list);
      continue;
    }
    const load = async (id: string): Promise<LoadedLab> => {
      const path = join(folder, id);
      const lab = await loadLab(path, index > 0, known.get(path));
      known.set(path, lab);
      return lab;
    };
    const loaded = await Promise.all(ids.map(load));
    for (const { id, lab, problems: found } of loaded) {
      const other = seen.get(id);
      if (other !== undefined) {
        const report = new Problems(id);
        report.add('lab.yaml', `${join(folder, id)} has the id of ${other}, which is used; rename the folder`);
        problems.push(...report.list);
        continue;
      }
      seen.set(id, join(folder, id));
      problems.push(...found);
      if (lab !== null) labs.set(id, lab);
    }
  }
  return { labs: [...labs.values()], problems };
}
