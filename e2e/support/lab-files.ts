/** What the specs must know of a lab, read from its folder: nothing is written down twice. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const LABS = fileURLToPath(new URL('../../labs', import.meta.url));

interface Manifest {
  readonly title: string;
  readonly objectives: Readonly<Record<string, { readonly kind: string }>> | readonly { readonly id: string; readonly kind: string }[];
}

function manifest(lab: string): Manifest {
  return parse(readFileSync(join(LABS, lab, 'lab.yaml'), 'utf8'));
}

export function labTitle(lab: string): string {
  return manifest(lab).title;
}

/** Ids of the lab's objectives of this kind, in their order. */
export function objectiveIds(lab: string, kind: 'repair' | 'diagnosis' | 'guard'): string[] {
  const { objectives } = manifest(lab);
  const list = Array.isArray(objectives) ? objectives : Object.entries(objectives).map(([id, value]) => ({ id, ...value }));
  return list.filter((objective) => objective.kind === kind).map((objective) => objective.id);
}

/** The files that a solution puts into the workspace. */
export function solutionFiles(lab: string, solution: string): { path: string; text: string }[] {
  const folder = join(LABS, lab, 'solutions', solution, 'files');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: file.slice(folder.length + 1), text: readFileSync(file, 'utf8') };
    });
}

/** A file of the workspace as the learner gets it; null when it is not there. */
export function workspaceFile(lab: string, path: string): string | null {
  try {
    return readFileSync(join(LABS, lab, 'workspace', path), 'utf8');
  } catch {
    return null;
  }
}
