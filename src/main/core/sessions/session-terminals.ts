/** The terminals of one session: opening, restoring after the host was restarted, command history, recordings. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { CommandRow, TerminalView } from '../../../shared/contract/values.ts';
import { clampSize } from '../../../shared/terminal-wire/frames.ts';
import type { Lab } from '../labs/lab.ts';
import type { RuntimeSession } from '../runtime/runtime.ts';
import { newId, type Store } from '../store/store.ts';
import type { CommandEvent } from '../terminals/command-parser.ts';
import { Terminal } from '../terminals/terminal.ts';

/** More would only be an accident, or an attack. */
const MAX_TERMINALS = 8;

/** What is kept of an open terminal, so that the next host opens it again with its screen. */
export interface TerminalRecord {
  readonly id: string;
  readonly name: string;
  readonly cols: number;
  readonly rows: number;
}

interface Entry {
  readonly name: string;
  readonly title: string;
  readonly kind: 'shell' | 'log';
  readonly terminal: Terminal;
}

interface Options {
  readonly sessionId: string;
  readonly lab: Lab;
  readonly runtime: RuntimeSession;
  readonly store: Store;
  readonly dataDirectory: string;
  readonly scrollback: number;
  /** A terminal came, went, or ended. */
  onChange(): void;
  onCommand(command: CommandRow): void;
  /** Whether what is typed is kept: null when it is again. Called for each command. */
  onTrouble(error: Error | null): void;
}

export class SessionTerminals {
  readonly #options: Options;
  readonly #entries = new Map<string, Entry>();

  constructor(options: Options) {
    this.#options = options;
  }

  views(): TerminalView[] {
    return [...this.#entries].map(([id, { name, title, kind, terminal }]) => ({
      id,
      sessionId: this.#options.sessionId,
      name,
      title,
      kind,
      state: terminal.state,
      exitCode: terminal.exitCode,
      captured: terminal.captured,
      cols: terminal.cols,
      rows: terminal.rows,
    }));
  }

  records(): TerminalRecord[] {
    return [...this.#entries].map(([id, { name, terminal }]) => ({ id, name, cols: terminal.cols, rows: terminal.rows }));
  }

  get(terminalId: string): Terminal | null {
    return this.#entries.get(terminalId)?.terminal ?? null;
  }

  /**
   * Opens a terminal of the lab.
   * @param restore a terminal of an earlier host, whose screen and id it takes over
   * @throws OpsLabError `not-found` for a name that lab.yaml does not have, `limit` beyond MAX_TERMINALS
   */
  async open(name: string, cols: number, rows: number, restore?: TerminalRecord): Promise<TerminalView> {
    const { lab, runtime, store, dataDirectory, sessionId } = this.#options;
    const spec = lab.manifest.terminals.find((terminal) => terminal.name === name);
    if (spec === undefined) throw new OpsLabError('not-found', `The lab ${lab.id} has no terminal named ${name}.`, { name });
    if (this.#entries.size >= MAX_TERMINALS) {
      throw new OpsLabError('limit', `A session has at most ${MAX_TERMINALS} terminals. Close one first.`, { limit: MAX_TERMINALS });
    }
    const id = restore?.id ?? newId();
    const nonce = randomBytes(16).toString('hex');
    const command = await runtime.terminal({ kind: spec.kind, nonce, ...(spec.file === undefined ? {} : { file: spec.file }) });
    const earlier = restore === undefined ? null : store.recordings.get(restore.id);
    const file = join('recordings', sessionId, `${id}${restore === undefined ? '' : `.${Date.now()}`}.cast`);
    await mkdir(dirname(join(dataDirectory, file)), { recursive: true, mode: 0o700 });
    const terminal = new Terminal({
      id,
      command,
      ...clampSize(cols, rows),
      nonce,
      scrollback: this.#options.scrollback,
      recordingFile: join(dataDirectory, file),
      ...(earlier === null ? {} : { restoreFrom: join(dataDirectory, earlier.file) }),
    });
    store.recordings.put({ terminalId: id, sessionId, name, file, startedAt: Date.now() });
    this.#entries.set(id, { name, title: this.#title(name, spec.title), kind: spec.kind, terminal });
    this.#watchCommands(name, terminal);
    terminal.onExit(() => this.#options.onChange());
    this.#options.onChange();
    const view = this.views().find((candidate) => candidate.id === id);
    if (view === undefined) throw new OpsLabError('terminal-exited', `The terminal ${name} ended at once.`);
    return view;
  }

  /** @throws OpsLabError `not-found` */
  async close(terminalId: string): Promise<void> {
    const entry = this.#entries.get(terminalId);
    if (entry === undefined) throw new OpsLabError('not-found', 'This terminal is not open any more.', { terminalId });
    this.#entries.delete(terminalId);
    await entry.terminal.close();
    this.#options.onChange();
  }

  async closeAll(): Promise<void> {
    const open = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(open.map(({ terminal }) => terminal.close()));
  }

  /** The second shell of a kind is `api 2`, and so on. */
  #title(name: string, title: string): string {
    const taken = new Set([...this.#entries.values()].filter((entry) => entry.name === name).map((entry) => entry.title));
    if (!taken.has(title)) return title;
    let number = 2;
    while (taken.has(`${title} ${number}`)) number++;
    return `${title} ${number}`;
  }

  #watchCommands(name: string, terminal: Terminal): void {
    const running = new Map<string, string>();
    terminal.onCommand((event: CommandEvent) => {
      try {
        this.#keepCommand(name, running, event);
        this.#options.onTrouble(null);
      } catch (error) {
        // The shell goes on: this is called from its output.
        this.#options.onTrouble(error as Error);
      }
    });
  }

  #keepCommand(name: string, running: Map<string, string>, event: CommandEvent): void {
    const { store, sessionId } = this.#options;
    if (event.type === 'start') {
      const uid = newId();
      running.set(event.key, uid);
      const row = store.commands.add({
        uid,
        sessionId,
        terminal: name,
        command: event.command,
        directory: event.directory,
        exitCode: null,
        startedAt: Math.round(event.startedAt),
        durationMs: null,
      });
      if (row !== null) this.#options.onCommand(row);
      return;
    }
    const uid = running.get(event.key);
    if (uid === undefined) return;
    running.delete(event.key);
    const row = store.commands.end(uid, event.exitCode, event.durationMs === null ? null : Math.round(event.durationMs));
    if (row !== null) this.#options.onCommand(row);
  }
}
