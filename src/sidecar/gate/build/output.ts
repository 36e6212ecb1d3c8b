/** The builder's output as the learner sees it: their own steps and their own numbers, without the lines that the gate put in. */

export class BuildOutput {
  readonly #steps: readonly (string | null)[];
  readonly #scrub: (text: string) => string;
  readonly #total: number;
  #hidden = false;
  #failed = false;

  /** @param steps the learner's line of each step, null for one of ours; beyond them all are ours */
  constructor(steps: readonly (string | null)[], scrub: (text: string) => string) {
    this.#steps = steps;
    this.#scrub = scrub;
    this.#total = steps.filter((step) => step !== null).length;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** @returns the line to show, or null */
  take(line: Readonly<Record<string, unknown>>): { stream?: string; error?: string; errorDetail?: object } | null {
    if (typeof line.error === 'string') {
      this.#failed = true;
      const error = this.#scrub(line.error);
      return { errorDetail: { message: error }, error };
    }
    if (typeof line.stream !== 'string') return null;
    const step = /^Step (\d+)\/\d+ : /.exec(line.stream);
    if (step) {
      const index = Number(step[1]) - 1;
      const own = this.#steps[index] ?? null;
      this.#hidden = own === null;
      if (own === null) return null;
      const number = this.#steps.slice(0, index + 1).filter((one) => one !== null).length;
      return { stream: `Step ${number}/${this.#total} : ${own}` };
    }
    if (line.stream.startsWith('Successfully tagged ')) return null;
    if (line.stream.startsWith('Successfully built ')) this.#hidden = false;
    // A warning about security belongs to other systems.
    return this.#hidden ? null : { stream: this.#scrub(line.stream) };
  }
}
