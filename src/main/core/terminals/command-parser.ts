/**
 * Turns the marks of the shell integration into commands with exit code, directory and duration.
 *
 * Marks come from whatever runs in the terminal. The nonce keeps honest programs apart (a recording that is printed, a
 * shell in another terminal); a program that reads its environment can still forge marks, so commands are for the
 * history and never for grading.
 *
 * A mark is `KIND;NONCE;PID;SHLVL;…`: `S` a shell starts; `E;…;TIME;DIRECTORY;COMMAND` a command starts; `D;…;STATUS;TIME`
 * it ended. `exec` and `exit` never send `D`: their commands are closed by the next mark of an outer or the same shell.
 */
export type CommandEvent =
  | {
      readonly type: 'start';
      /** Unique within the terminal; the `end` of the command has the same. */
      readonly key: string;
      /** As typed; lines are separated by newlines. */
      readonly command: string;
      readonly directory: string;
      /** Milliseconds since 1970. */
      readonly startedAt: number;
    }
  | {
      readonly type: 'end';
      readonly key: string;
      /** Null when the shell ended before it could tell. */
      readonly exitCode: number | null;
      /** Null when the end was not seen. */
      readonly durationMs: number | null;
    };

const MAX_COMMAND_CHARACTERS = 8000;
const MAX_DIRECTORY_CHARACTERS = 1024;
/** Nested shells that are followed; beyond it the outermost is forgotten. */
const MAX_OPEN = 32;
/** A time further than this from the host's clock is not believed. */
const MAX_SKEW_MS = 24 * 3600 * 1000;

interface OpenCommand {
  readonly key: string;
  /** Pid and SHLVL: pids alone may repeat across pid namespaces. */
  readonly shell: string;
  readonly startedAt: number;
}

export class CommandParser {
  readonly #nonce: string;
  readonly #emit: (event: CommandEvent) => void;
  readonly #open: OpenCommand[] = [];
  #count = 0;

  constructor(nonce: string, emit: (event: CommandEvent) => void) {
    this.#nonce = nonce;
    this.#emit = emit;
  }

  /** @param mark content of an OSC 633 without its number; anything that is not ours is ignored */
  mark(mark: string): void {
    const [kind, nonce, pid, level, ...fields] = mark.split(';');
    if (nonce !== this.#nonce || pid === undefined || level === undefined || !/^\d{1,10}$/.test(pid) || !/^\d{1,5}$/.test(level)) return;
    const shell = `${pid}/${level}`;
    if (kind === 'S') {
      this.#closeFrom(this.#indexOf(shell), null, null);
    } else if (kind === 'E') {
      this.#closeFrom(this.#indexOf(shell), null, null);
      this.#start(shell, fields);
    } else if (kind === 'D') {
      const index = this.#indexOf(shell);
      if (index === -1) return;
      this.#closeFrom(index + 1, null, null);
      const status = /^\d{1,3}$/.test(fields[0] ?? '') ? Number(fields[0]) : null;
      this.#closeFrom(index, status, parseTime(fields[1]));
    }
  }

  /**
   * The pty is gone: closes what is open.
   * @param exitCode of the program in the pty, which is the status of an `exit` typed in its outermost shell
   */
  close(exitCode: number | null): void {
    this.#closeFrom(1, null, null);
    this.#closeFrom(0, exitCode, Date.now());
  }

  #indexOf(shell: string): number {
    return this.#open.findIndex((command) => command.shell === shell);
  }

  #start(shell: string, fields: readonly string[]): void {
    const [time, directory, command] = fields;
    if (command === undefined) return;
    if (this.#open.length >= MAX_OPEN) this.#finish(this.#open.shift(), null, null);
    this.#count++;
    const open = { key: String(this.#count), shell, startedAt: parseTime(time) };
    this.#open.push(open);
    this.#emit({
      type: 'start',
      key: open.key,
      command: unescapeMark(command).slice(0, MAX_COMMAND_CHARACTERS),
      directory: unescapeMark(directory ?? '').slice(0, MAX_DIRECTORY_CHARACTERS),
      startedAt: Math.round(open.startedAt),
    });
  }

  /** Closes the command at `index` and those of the shells within it, innermost first; -1 closes none. */
  #closeFrom(index: number, exitCode: number | null, at: number | null): void {
    if (index === -1) return;
    while (this.#open.length > index) this.#finish(this.#open.pop(), exitCode, at);
  }

  #finish(command: OpenCommand | undefined, exitCode: number | null, at: number | null): void {
    if (command === undefined) return;
    const durationMs = at === null ? null : Math.max(0, Math.round(at - command.startedAt));
    this.#emit({ type: 'end', key: command.key, exitCode, durationMs });
  }
}

/** Seconds since 1970 with a fraction, in the locale's notation, to milliseconds. */
function parseTime(text: string | undefined): number {
  const now = Date.now();
  const ms = Number((text ?? '').replace(',', '.')) * 1000;
  return Number.isFinite(ms) && Math.abs(ms - now) < MAX_SKEW_MS ? ms : now;
}

/** Undoes the escaping of the shell integration: `\\` and `\xHH`, where HH is always below 80. */
function unescapeMark(text: string): string {
  return text.replace(/\\(?:\\|x([0-7][0-9a-f]))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
