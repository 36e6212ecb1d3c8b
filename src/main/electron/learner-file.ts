/** A learner file that the system opened with the app: imported once the person has agreed. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** As in the contract's `learners.import`, in characters; a file of more bytes cannot be one of ours. */
const MAX_BYTES = 64_000_000;

export interface LearnerFileHost {
  confirm(fileName: string): Promise<boolean>;
  import(content: string): Promise<{ readonly learner: { readonly name: string } }>;
  /** Shows where the learner is now. */
  imported(name: string): void;
  failed(message: string): void;
}

/** Asks, reads, imports. Never rejects: what goes wrong is shown to the person. */
export async function openLearnerFile(path: string, host: LearnerFileHost): Promise<void> {
  try {
    if (!(await host.confirm(basename(path)))) return;
    if ((await stat(path)).size > MAX_BYTES) throw new Error('It is larger than a learner file can be (64 MB).');
    const { learner } = await host.import(await readFile(path, 'utf8'));
    host.imported(learner.name);
  } catch (error) {
    host.failed(`${basename(path)} was not imported. ${error instanceof Error ? error.message : String(error)}`);
  }
}
