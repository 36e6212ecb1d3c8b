/** Solutions and wrong fixes: of a lab itself, and further ones from another folder (`prove --extra`). */
import { join } from 'node:path';
import { didYouMean } from '../../../shared/domain/did-you-mean.ts';
import type { ComposeFile } from './compose.ts';
import { checkSolution, References } from './cross-check.ts';
import type { Fix } from './lab.ts';
import type { LabFolder } from './lab-folder.ts';
import { type Manifest, SolutionSchema } from './manifest.ts';
import type { Problems } from './problem.ts';
import { checkMarkdown } from './read-story.ts';
import { readYaml } from './read-yaml.ts';
import { checkSchema } from './schema-problems.ts';

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const ENTRIES = ['solution.yaml', 'apply.sh', 'files'];

/** What the names in a solution.yaml refer to. */
export interface FixContext {
  readonly manifest: Manifest;
  readonly compose: ComposeFile | null;
}

/** @returns the fixes in `solutions/` or `wrong/` of this folder that have no problem */
export async function readFixes(folder: LabFolder, kind: 'solutions' | 'wrong', context: FixContext, problems: Problems): Promise<Fix[]> {
  const fixes: Fix[] = [];
  for (const stray of folder.below(kind).filter((path) => !path.includes('/') && path !== '.gitkeep')) {
    problems.add(`${kind}/${stray}`, 'found a file, expected only folders here');
  }
  for (const name of folder.foldersIn(kind)) {
    const fix = await readFix(folder, kind, name, context, problems);
    if (fix !== null) fixes.push(fix);
  }
  return fixes;
}

async function readFix(
  folder: LabFolder,
  kind: 'solutions' | 'wrong',
  name: string,
  context: FixContext,
  problems: Problems,
): Promise<Fix | null> {
  const at = `${kind}/${name}`;
  const before = problems.list.length;
  if (!NAME.test(name)) problems.add(at, 'found a folder name that is not lower-case words joined by hyphens');
  for (const path of folder.below(at)) {
    const entry = path.split('/')[0] ?? '';
    if (!ENTRIES.includes(entry))
      problems.add(`${at}/${path}`, `found “${entry}”, expected ${ENTRIES.join(', ')}.${didYouMean(entry, ENTRIES)}`);
  }
  const file = `${at}/solution.yaml`;
  if (!folder.has(file)) {
    problems.add(file, 'found no such file, expected the title, text and expected verdicts of this fix');
    return null;
  }
  const { text, problems: unreadable } = readYaml(await folder.read(file));
  for (const problem of unreadable) problems.add(file, problem.message, problem.at);
  const spec = text === null ? null : checkSchema(SolutionSchema, text, file, problems);
  if (text === null || spec === null) return null;
  checkSolution(spec, kind, context.manifest, context.compose, new References(file, text, problems));
  checkMarkdown(spec.text, file, text.place(['text']).line, problems);
  const files = folder.below(`${at}/files`);
  const hasScript = folder.has(`${at}/apply.sh`);
  if (files.length === 0 && !hasScript && spec.restart.length === 0)
    problems.add(at, 'found nothing to apply, expected files/, apply.sh or restart');
  if (problems.list.length > before) return null;
  return { name, spec, folder: join(folder.root, at), files, hasScript };
}
