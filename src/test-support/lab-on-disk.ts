/** A valid lab in a temporary folder, to be broken by tests. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNewLab } from '../main/core/labs/new-lab.ts';

export interface LabOnDisk {
  /** Folder of labs. */
  readonly labs: string;
  /** Folder of the lab. */
  readonly folder: string;
  read(path: string): Promise<string>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Replaces the one occurrence of a text. @throws when it does not occur exactly once */
  replace(path: string, before: string, after: string): Promise<void>;
  remove(): Promise<void>;
}

export async function labOnDisk(id = 'sample'): Promise<LabOnDisk> {
  const labs = await mkdtemp(join(tmpdir(), 'ops-lab-labs-'));
  const folder = await writeNewLab(labs, id);
  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const write = (path: string, content: string | Uint8Array) => writeFile(join(folder, path), content);
  return {
    labs,
    folder,
    read,
    write,
    async replace(path, before, after) {
      const parts = (await read(path)).split(before);
      if (parts.length !== 2) throw new Error(`“${before}” occurs ${parts.length - 1} times in ${path}`);
      await write(path, parts.join(after));
    },
    remove: () => rm(labs, { recursive: true, force: true }),
  };
}
