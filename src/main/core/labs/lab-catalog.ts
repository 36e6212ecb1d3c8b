import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { LabProblem } from '../../../shared/contract/values.ts';
import { didYouMean } from '../../../shared/domain/did-you-mean.ts';
import type { Lab } from './lab.ts';
import type { LoadedLab } from './load-lab.ts';
import { type LabFolders, loadLabs } from './load-labs.ts';

/** Changes on disk are noticed after this time, in milliseconds. */
const FRESH_FOR_MS = 2000;

/** The labs that are there now. A running session keeps the lab that it was started with. */
export class LabCatalog {
  readonly #folders: LabFolders;
  readonly #known = new Map<string, LoadedLab>();
  #labs = new Map<string, Lab>();
  #problems: readonly LabProblem[] = [];
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(folders: LabFolders) {
    this.#folders = folders;
  }

  /** Reads the folders again when the last time was a while ago. */
  async reload(): Promise<{ labs: Lab[]; problems: readonly LabProblem[] }> {
    if (performance.now() - this.#loadedAt >= FRESH_FOR_MS) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = null;
      });
      await this.#loading;
    }
    return { labs: [...this.#labs.values()], problems: this.#problems };
  }

  /** As of the last `reload`. */
  find(labId: string): Lab | null {
    return this.#labs.get(labId) ?? null;
  }

  /** @throws OpsLabError `not-found` */
  async require(labId: string): Promise<Lab> {
    await this.reload();
    const lab = this.find(labId);
    if (lab !== null) return lab;
    const broken = this.#problems.find((problem) => problem.lab === labId);
    if (broken !== undefined)
      throw new OpsLabError(
        'lab-broken',
        `The lab ${labId} cannot be used: ${broken.file}:${broken.line}:${broken.column} ${broken.message}`,
        { labId },
      );
    const similar = didYouMean(labId, [...this.#labs.keys()]);
    throw new OpsLabError('not-found', `There is no lab ${labId}.${similar}`, { labId });
  }

  async #load(): Promise<void> {
    const { labs, problems } = await loadLabs(this.#folders, this.#known);
    this.#labs = new Map(labs.map((lab) => [lab.id, lab]));
    this.#problems = problems;
    this.#loadedAt = performance.now();
  }
}
