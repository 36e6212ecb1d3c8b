/** What has been opened and has to be closed, newest first, however a run ends. */
export class Cleanup {
  #tasks: { what: string; close: () => Promise<unknown> | unknown }[] = [];
  #closing: Promise<void> | null = null;

  /**
   * @param what for the message when closing fails
   * @throws once the run is over: the work that goes on behind an interrupt ends there, and what it has just opened is closed
   */
  add(what: string, close: () => Promise<unknown> | unknown): void {
    if (this.#closing === null) {
      this.#tasks.push({ what, close });
      return;
    }
    Promise.resolve(close()).catch(() => {});
    throw new Error(`the run is over; ${what} was closed at once`);
  }

  /** Closes everything; one failure does not keep the rest from being closed. Calls after the first get the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        await task.close();
      } catch (error) {
        process.stderr.write(`bench: ${task.what} could not be closed: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }
}
