/** What has been opened and has to be closed, newest first, however a run ends. */
export class Cleanup {
  #tasks: { what: string; close: () => Promise<unknown> | unknown }[] = [];
  #closing: Promise<void> | null = null;

  /** @param what for the message when closing fails */
  add(what: string, close: () => Promise<unknown> | unknown): void {
    this.#tasks.push({ what, close });
    // Work that was cut off may still open something.
    if (this.#closing !== null) this.#closing = this.#closing.then(() => this.#close());
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
