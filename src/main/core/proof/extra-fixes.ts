import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LabProblem } from '../../../shared/contract/values.ts';
import { didYouMean } from '../../../shared/domain/did-you-mean.ts';
import type { Fix, Lab } from '../labs/lab.ts';
import { openLabFolder } from '../labs/lab-folder.ts';
import { Problems } from '../labs/problem.ts';
import { readFixes } from '../labs/read-fixes.ts';

export interface ExtraFixes {
  readonly fixes: ReadonlyMap<string, { solutions: Fix[]; wrong: Fix[] }>;
  readonly problems: readonly LabProblem[];
}

/** Reads further cases for a proof: `DIR/LAB-ID/{solutions,wrong}/NAME/`, in the format of a lab's own. */
export async function loadExtraFixes(directory: string, labs: readonly Lab[]): Promise<ExtraFixes> {
  const root = resolve(directory);
  const fixes = new Map<string, { solutions: Fix[]; wrong: Fix[] }>();
  const problems: LabProblem[] = [];
  const entries = await readdir(root, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))) {
    const report = new Problems(name);
    const lab = labs.find(({ id }) => id === name);
    if (lab === undefined) {
      const ids = labs.map(({ id }) => id);
      report.add('', `found cases for a lab that there is none of.${didYouMean(name, ids)}`);
    } else {
      const folder = await openLabFolder(join(root, name), report);
      for (const path of folder.files) {
        if (!/^(?:solutions|wrong)\//.test(path)) report.add(path, 'found a file outside of solutions/ and wrong/');
      }
      const context = { manifest: lab.manifest, compose: lab.compose };
      const solutions = await readFixes(folder, 'solutions', context, report);
      const wrong = await readFixes(folder, 'wrong', context, report);
      for (const [kind, found, own] of [
        ['solutions', solutions, lab.solutions],
        ['wrong', wrong, lab.wrong],
      ] as const) {
        for (const fix of found) {
          if (own.some((other) => other.name === fix.name))
            report.add(`${kind}/${fix.name}`, 'found a name that the lab itself uses; rename the folder');
        }
      }
      fixes.set(name, { solutions, wrong });
    }
    problems.push(...report.list);
  }
  return { fixes, problems };
}
