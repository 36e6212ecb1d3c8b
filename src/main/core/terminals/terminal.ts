/**
 * A terminal: a pty with its screen, viewers, command history and recording. The way of a byte:
 *
 *   pty -> join small reads -> output filter -> viewers, recording, screen
 *                                            -> marks -> command parser -> onCommand
 *
 * The pty is paused while a consumer owes too much (flow-gate.ts). Detaching a viewer ends nothing; `close` does.
 */
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { FLOW } from '../../../shared/terminal-wire/flow.ts';
import { clampSize, decodeViewerFrame, encodeHostFrame } from '../../../shared/terminal-wire/frames.ts';
import type { PtyCommand } from '../runtime/runtime.ts';
import { type CommandEvent, CommandParser } from './command-parser.ts';
import { Consumer, FlowGate } from './flow-gate.ts';
import { Joiner } from './joiner.ts';
import { type Filtered, OutputFilter } from './output-filter.ts';
import { Pty } from './pty.ts';
import { Recording, readRecordingTail } from './recording.ts';
import { Screen } from './screen.ts';

export interface TerminalOptions {
  readonly id: string;
  readonly command: PtyCommand;
  readonly cols: number;
  readonly rows: number;
  /** Expected on every mark of the shell integration. */
  readonly nonce: string;
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** Where the output is recorded (asciicast v2); null records nothing. */
  readonly recordingFile: string | null;
  /** An earlier recording whose end is put on the screen first. */
  readonly restoreFrom?: string;
}

/** Time from SIGHUP to SIGKILL. */
const KILL_AFTER_MS = 5000;
/** How much of an earlier recording is replayed. */
const RESTORE_BYTES = 2 * 1024 * 1024;
/** node-pty drops what was not read 200 ms after the program ended, so a paused pty is looked after more often. */
const LIVENESS_MS = 40;

class Viewer extends Consumer {
  readonly channel: BinaryChannel;
  /** Output that came between the request for a snapshot and the snapshot; null once it was sent. */
  waiting: Uint8Array[] | null = [];

  constructor(channel: BinaryChannel) {
    super();
    this.channel = channel;
  }
}

export class Terminal {
  readonly id: string;
  /** Whether the shell can report its commands. */
  readonly captured: boolean;
  readonly #command: PtyCommand;
  readonly #pty: Pty;
  readonly #screen: Screen;
  readonly #screenConsumer = new Consumer();
  readonly #filter = new OutputFilter();
  readonly #joiner: Joiner;
  readonly #gate: FlowGate;
  readonly #parser: CommandParser;
  readonly #recording: Recording | null;
  readonly #viewers = new Set<Viewer>();
  readonly #commandListeners = new Set<(event: CommandEvent) => void>();
  readonly #exitListeners = new Set<() => void>();
  #exit: { code: number | null; signal: number | null } | null = null;
  #closing: Promise<void> | null = null;
  #ended: Promise<void> | undefined;
  #restoring = false;
  #liveness: NodeJS.Timeout | null = null;

  /** Starts the program. @throws OpsLabError `runtime-unavailable` when it cannot be started */
  constructor(options: TerminalOptions) {
    const { cols, rows } = clampSize(options.cols, options.rows);
    this.id = options.id;
    this.#command = options.command;
    this.captured = options.command.captured;
    this.#parser = new CommandParser(options.nonce, (event) => {
      for (const listener of this.#commandListeners) listener(event);
    });
    this.#joiner = new Joiner((bytes) => this.#distribute(this.#filter.push(bytes)));
    this.#pty = new Pty(options.command, cols, rows, () => this.#say('input is dropped: the program does not read what it was given'));
    this.#screen = new Screen({ cols, rows, scrollback: options.scrollback, onReply: (text) => this.write(text) });
    this.#recording = options.recordingFile === null ? null : new Recording(options.recordingFile, cols, rows);
    this.#gate = new FlowGate(this.#screenConsumer, {
      pause: () => this.#pause(),
      resume: () => this.#resume(),
    });
    if (options.restoreFrom !== undefined) this.#restore(options.restoreFrom);
    this.#pty.onData((bytes) => this.#joiner.push(bytes));
    this.#pty.onExit((code, signal) => this.#onPtyExit(code, signal));
  }

  get state(): 'running' | 'exited' {
    return this.#exit === null ? 'running' : 'exited';
  }

  /** Null while it runs and after a signal. */
  get exitCode(): number | null {
    return this.#exit?.code ?? null;
  }

  get cols(): number {
    return this.#screen.cols;
  }

  get rows(): number {
    return this.#screen.rows;
  }

  /** Adds a viewer: it gets a snapshot, then output. The channel is closed when the terminal is. */
  attach(channel: BinaryChannel): void {
    if (this.#closing !== null) {
      channel.close();
      return;
    }
    const viewer = new Viewer(channel);
    this.#viewers.add(viewer);
    this.#gate.add(viewer);
    channel.onMessage((bytes) => this.#onMessage(viewer, bytes));
    channel.onClose(() => this.#detach(viewer));
    this.#sendSnapshot(viewer);
  }

  /** @returns a function that removes the listener */
  onCommand(listener: (event: CommandEvent) => void): () => void {
    this.#commandListeners.add(listener);
    return () => this.#commandListeners.delete(listener);
  }

  /** Called once, when the program has ended and its last output was handed on. @returns a function that removes the listener */
  onExit(listener: () => void): () => void {
    this.#exitListeners.add(listener);
    return () => this.#exitListeners.delete(listener);
  }

  /** Types into the terminal; after the exit it does nothing. Too much for a program that does not read is dropped, with a note. */
  write(data: string | Uint8Array): void {
    if (this.#exit === null) this.#pty.write(data);
  }

  /** Clamps the size; tells the viewers when it has changed. */
  resize(cols: number, rows: number): void {
    this.#resizeFrom(null, cols, rows);
  }

  /** Scrollback and screen as plain lines; a flood that goes on may be missing yet. */
  text(): string {
    return this.#screen.lines().join('\n');
  }

  /** Whether each line of `text` is part of a line that the terminal holds now; runs of white space count as one space. */
  async containsLine(text: string): Promise<boolean> {
    if (this.#closing === null) await new Promise<void>((resolve) => this.#screen.settle(resolve));
    const wanted = text
      .split('\n')
      .map(squeeze)
      .filter((line) => line !== '');
    const held = this.#screen.lines().map(squeeze);
    return wanted.length > 0 && wanted.every((line) => held.some((other) => other.includes(line)));
  }

  /** Ends the program (SIGHUP, SIGKILL after 5 s), waits for its last output, closes viewers and recording. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#exit === null) {
      const exited = new Promise<void>((resolve) => this.onExit(resolve));
      // A program that waits for its output to be taken could not end by itself. One that goes on meanwhile is bounded by #drops.
      this.#gate.openForGood();
      this.#pty.kill('SIGHUP');
      const timer = setTimeout(() => this.#pty.kill('SIGKILL'), KILL_AFTER_MS);
      await exited;
      clearTimeout(timer);
    }
    for (const viewer of [...this.#viewers]) {
      this.#detach(viewer);
      viewer.channel.close();
    }
    this.#screen.dispose();
    await this.#recording?.close();
    await this.#ended;
  }

  #restore(file: string): void {
    const earlier = readRecordingTail(file, RESTORE_BYTES);
    if (earlier === '') return;
    // A recording is a file that others can write to: it is filtered like output.
    const { viewers } = new OutputFilter().push(Buffer.from(earlier));
    // The new recording begins with it, so that the screen survives the next restart too.
    this.#recording?.output(viewers);
    this.#owe(this.#screenConsumer, Number.MAX_SAFE_INTEGER);
    this.#restoring = true;
    this.#screen.replay(viewers, 'the app was restarted: new shell', () => {
      this.#restoring = false;
      for (const viewer of this.#viewers) this.#sendSnapshot(viewer);
      this.#settle(this.#screenConsumer, Number.MAX_SAFE_INTEGER);
    });
  }

  #distribute(filtered: Filtered): void {
    for (const mark of filtered.marks) this.#parser.mark(mark);
    if (filtered.viewers.length > 0) {
      const frame = encodeHostFrame({ kind: 'output', bytes: filtered.viewers });
      for (const viewer of this.#viewers) {
        if (this.#drops(viewer)) viewer.lagging = true;
        if (viewer.lagging) continue;
        viewer.owed += filtered.viewers.length;
        if (viewer.waiting === null) viewer.channel.send(frame);
        else viewer.waiting.push(filtered.viewers);
      }
      this.#recording?.output(filtered.viewers);
    }
    const { length } = filtered.screen;
    if (length > 0 && !this.#drops(this.#screenConsumer)) {
      this.#screenConsumer.owed += length;
      this.#screen.write(filtered.screen, () => this.#settle(this.#screenConsumer, length));
    }
    this.#gate.gave();
  }

  /** Tells everybody something that the program did not print: between two sequences, for the filter passes on whole ones. */
  #say(note: string): void {
    this.#joiner.flush();
    const line = Buffer.from(`\r\n[${note}]\r\n`);
    this.#distribute({ viewers: line, screen: line, marks: [] });
  }

  /** While the program is being ended nothing pauses it, so what a consumer cannot take any more is left out for it. */
  #drops(consumer: Consumer): boolean {
    return this.#closing !== null && this.#exit === null && consumer.owed > FLOW.highMark;
  }

  #owe(consumer: Consumer, count: number): void {
    consumer.owed += count;
    this.#gate.gave();
  }

  #settle(consumer: Consumer, count: number): void {
    consumer.owed = Math.max(0, consumer.owed - count);
    this.#gate.settled();
  }

  #sendSnapshot(viewer: Viewer): void {
    viewer.waiting = [];
    // Half a replay is nothing to show; its end calls again.
    if (this.#restoring) return;
    this.#screen.settle(() => {
      if (!this.#viewers.has(viewer) || viewer.waiting === null) return;
      const { cols, rows } = this.#screen;
      viewer.channel.send(encodeHostFrame({ kind: 'snapshot', cols, rows, text: this.#screen.snapshot() }));
      for (const bytes of viewer.waiting) viewer.channel.send(encodeHostFrame({ kind: 'output', bytes }));
      viewer.waiting = null;
      if (this.#exit !== null) viewer.channel.send(encodeHostFrame({ kind: 'exit', ...this.#exit }));
    });
  }

  #detach(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#gate.remove(viewer);
  }

  /** Throws nothing into the transport, which would end the host: a viewer whose message does harm is cut off alone. */
  #onMessage(viewer: Viewer, bytes: Uint8Array): void {
    if (!this.#viewers.has(viewer)) return;
    try {
      this.#obey(viewer, bytes);
    } catch {
      this.#detach(viewer);
      viewer.channel.close();
    }
  }

  #obey(viewer: Viewer, bytes: Uint8Array): void {
    const frame = decodeViewerFrame(bytes);
    if (frame.kind === 'input') this.write(frame.bytes);
    else if (frame.kind === 'resize') this.#resizeFrom(viewer, frame.cols, frame.rows);
    else {
      this.#settle(viewer, frame.count);
      if (viewer.lagging && viewer.owed <= FLOW.lowMark) {
        viewer.lagging = false;
        this.#sendSnapshot(viewer);
      }
    }
  }

  #resizeFrom(source: Viewer | null, wantedCols: number, wantedRows: number): void {
    const { cols, rows } = clampSize(wantedCols, wantedRows);
    if (this.#closing !== null) return;
    const changed = cols !== this.cols || rows !== this.rows;
    if (changed) {
      this.#joiner.flush();
      if (this.#exit === null) this.#pty.resize(cols, rows);
      this.#screen.resize(cols, rows);
      this.#recording?.resize(cols, rows);
    }
    const frame = encodeHostFrame({ kind: 'size', cols, rows });
    // The source is always told: its own size may be over the limit, or older than a frame that is on its way to it. What each
    // viewer hears last is then the size that holds. One that waits for a snapshot gets the size with it.
    for (const viewer of this.#viewers) if ((changed || viewer === source) && viewer.waiting === null) viewer.channel.send(frame);
  }

  #pause(): void {
    this.#pty.pause();
    this.#liveness = setInterval(() => {
      try {
        process.kill(this.#pty.pid, 0);
      } catch {
        this.#gate.openForGood();
      }
    }, LIVENESS_MS);
  }

  #resume(): void {
    if (this.#liveness !== null) clearInterval(this.#liveness);
    this.#liveness = null;
    this.#pty.resume();
  }

  #onPtyExit(code: number, signal: number): void {
    this.#gate.openForGood();
    this.#joiner.close();
    this.#distribute(this.#filter.end());
    this.#exit = signal > 0 ? { code: null, signal } : { code, signal: null };
    this.#parser.close(this.#exit.code);
    this.#ended = this.#command.ended?.();
    const frame = encodeHostFrame({ kind: 'exit', ...this.#exit });
    // One that lags hears of it with its snapshot, unless it is cut off before it gets one.
    for (const viewer of this.#viewers)
      if (viewer.waiting === null && (!viewer.lagging || this.#closing !== null)) viewer.channel.send(frame);
    this.#screen.settle(() => {
      for (const listener of [...this.#exitListeners]) listener();
    });
  }
}

function squeeze(line: string): string {
  return line.replace(/\s+/g, ' ').trim();
}
