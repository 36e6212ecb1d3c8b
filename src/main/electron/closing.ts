/** What becomes of running sessions when the app ends: the person is asked, once, unless they said it for good. */

export type Fate = 'keep' | 'stop';

export interface ClosingHost {
  /** How many sessions run, of all learners of this machine. */
  running(): Promise<number>;
  remembered(): 'ask' | Fate;
  remember(fate: Fate): void;
  /** Asks the person; null when they would rather go on. */
  ask(running: number): Promise<{ readonly fate: Fate | null; readonly remember: boolean }>;
  /** Begins the end; whoever holds it back asks `Closing` again. */
  quit(): void;
  log(line: string): void;
}

export class Closing {
  readonly #host: ClosingHost;
  #fate: Fate | null = null;
  #asking = false;

  constructor(host: ClosingHost) {
    this.#host = host;
  }

  /** What was decided; `keep` while nothing was. */
  get fate(): Fate {
    return this.#fate ?? 'keep';
  }

  /**
   * Whether the app may end now. If not, the person is being asked, and `quit` is called once they agreed.
   * While one question is open, further attempts change nothing.
   */
  mayEnd(): boolean {
    if (this.#fate !== null) return true;
    if (!this.#asking) {
      this.#asking = true;
      this.#decide()
        .catch((error: Error) => {
          this.#host.log(`it could not be asked what becomes of the sessions, so they go on: ${error.message}`);
          return 'keep' as const;
        })
        .then((fate) => {
          this.#asking = false;
          this.#fate = fate;
          if (fate !== null) this.#host.quit();
        });
    }
    return false;
  }

  /** The system wants the app to end: nobody is there to answer, and a question would hold the system up. */
  endWithoutAsking(): void {
    this.#fate ??= this.#host.remembered() === 'stop' ? 'stop' : 'keep';
  }

  async #decide(): Promise<Fate | null> {
    const remembered = this.#host.remembered();
    if (remembered !== 'ask') return remembered;
    const running = await this.#host.running();
    if (running === 0) return 'keep';
    const { fate, remember } = await this.#host.ask(running);
    if (fate !== null && remember) this.#host.remember(fate);
    return fate;
  }
}
