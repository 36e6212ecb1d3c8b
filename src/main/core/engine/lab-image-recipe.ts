/** What an image of labs/images beside the base is made from, and the names that follow from it. */
import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { Recipe } from './image-recipe.ts';

export interface LabImageRecipe {
  /** Its folder, and what compose.yaml calls it after `ops-lab/`. */
  readonly name: string;
  /** All files of the folder, which are its build context. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly packages: readonly string[];
  /** Twelve hex digits that change with anything that changes the image, the base too. */
  readonly key: string;
  readonly tag: string;
}

export const BASE = 'ops-lab/base';

/** References of all images that labs may ask for beside the base. @param baseFolder the app's `labs/images/base` */
export async function labImageReferences(baseFolder: string): Promise<string[]> {
  const entries = await readdir(dirname(baseFolder), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== basename(baseFolder)).map(({ name }) => name);
  const made = await Promise.all(
    folders.map((name) =>
      access(join(dirname(baseFolder), name, 'Dockerfile')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return folders
    .filter((_, index) => made[index])
    .sort()
    .map((name) => `ops-lab/${name}`);
}

/** @throws OpsLabError `lab-broken` when there is no such image */
export async function readLabImage(baseFolder: string, reference: string, base: Recipe): Promise<LabImageRecipe> {
  if (!(await labImageReferences(baseFolder)).includes(reference))
    throw new OpsLabError('lab-broken', `The lab asks for the image ${reference}, which does not exist.`);
  const name = reference.slice('ops-lab/'.length);
  const folder = join(dirname(baseFolder), name);
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map(async (file) => ({ name: file, content: await readFile(join(folder, file), 'utf8') })));
  const list = files.find((file) => file.name === 'packages.txt')?.content ?? '';
  const packages = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const key = createHash('sha256')
    .update(JSON.stringify([base.key, files]))
    .digest('hex')
    .slice(0, 12);
  return { name, files, packages, key, tag: `ops-lab/${name}:${key}` };
}
