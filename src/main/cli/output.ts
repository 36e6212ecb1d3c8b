/** Where a command writes: results to stdout, everything else to stderr, with one line at the bottom that changes in place. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Output {
  readonly #out: TextStream;
  readonly #err: TextStream;
  #status = '';

  constructor(out: TextStream, err: TextStream) {
    this.#out = out;
    this.#err = err;
  }

  /** Whether somebody watches, so that a line may change in place. */
  get interactive(): boolean {
    return this.#err.isTTY === true;
  }

  /** One line of the result. */
  print(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  json(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** One line about what is going on, or what is wrong. */
  note(text: string): void {
    this.#clear();
    this.#err.write(`${text}\n`);
    this.#draw();
  }

  /** Replaces the line at the bottom; without a terminal it is not shown. An empty text removes it. */
  status(text: string): void {
    this.#clear();
    this.#status = text;
    this.#draw();
  }

  #clear(): void {
    if (this.interactive && this.#status !== '') this.#err.write('\r\u001b[K');
  }

  #draw(): void {
    if (this.interactive && this.#status !== '') this.#err.write(this.#status.slice(0, (this.#err.columns ?? 80) - 1));
  }
}
