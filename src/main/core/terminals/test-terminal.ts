/** Test support: terminals with bash in a folder of their own, and viewers in memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { FLOW } from '../../../shared/terminal-wire/flow.ts';
import { decodeHostFrame, encodeViewerFrame, type HostFrame, type ViewerFrame } from '../../../shared/terminal-wire/frames.ts';
import { Screen } from './screen.ts';
import { integrationEnvironment, SHELL_INTEGRATION } from './shell-integration.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

export const NONCE = 'feedfacefeedface';

export interface TestShell {
  readonly folder: string;
  open(options?: Partial<TerminalOptions>): Terminal;
  close(): Promise<void>;
}

/** A home with the shell integration; what it opens is closed with it. */
export function makeTestShell(): TestShell {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-terminal-'));
  mkdirSync(join(folder, 'work'));
  writeFileSync(join(folder, 'integration.bash'), SHELL_INTEGRATION);
  writeFileSync(join(folder, '.bashrc'), SHELL_INTEGRATION);
  const terminals: Terminal[] = [];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    ...integrationEnvironment(NONCE, '$ '),
  };
  return {
    folder,
    open(options = {}) {
      const terminal = new Terminal({
        id: 'test',
        command: { file: 'bash', args: ['--rcfile', join(folder, 'integration.bash')], env, cwd: join(folder, 'work'), captured: true },
        cols: 80,
        rows: 24,
        nonce: NONCE,
        scrollback: 1000,
        recordingFile: null,
        ...options,
      });
      terminals.push(terminal);
      return terminal;
    },
    async close() {
      await Promise.all(terminals.map((terminal) => terminal.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A viewer as the renderer is one: parses what it gets, acknowledges when it has. */
export class TestViewer {
  readonly frames: HostFrame['kind'][] = [];
  readonly screen = new Screen({ cols: 80, rows: 24, scrollback: 1000, onReply: (text) => this.replies.push(text) });
  readonly replies: string[] = [];
  /** Bytes of output received. */
  received = 0;
  /** Most bytes that were received and not acknowledged. */
  mostOwed = 0;
  closed = false;
  exit: { code: number | null; signal: number | null } | null = null;
  /** Set while the viewer does not look at what comes. */
  stalled = false;
  #owed = 0;
  #parsed = 0;
  #waiting: Uint8Array[] = [];
  #toHost: (bytes: Uint8Array) => void = () => {};
  #onClose: () => void = () => {};

  readonly channel: BinaryChannel = {
    send: (bytes) => {
      if (this.stalled) {
        this.#waiting.push(bytes);
        const frame = decodeHostFrame(bytes);
        if (frame.kind === 'output') this.#count(frame.bytes.length);
      } else {
        const frame = decodeHostFrame(bytes);
        if (frame.kind === 'output') this.#count(frame.bytes.length);
        this.#take(frame);
      }
    },
    close: () => {
      this.closed = true;
    },
    onMessage: (listener) => {
      this.#toHost = listener;
    },
    onClose: (listener) => {
      this.#onClose = listener;
    },
  };

  say(frame: ViewerFrame): void {
    this.#toHost(encodeViewerFrame(frame));
  }

  type(text: string): void {
    this.say({ kind: 'input', bytes: Buffer.from(text) });
  }

  /** Takes up what came while it was stalled. */
  wake(): void {
    this.stalled = false;
    for (const bytes of this.#waiting.splice(0)) this.#take(decodeHostFrame(bytes));
  }

  leave(): void {
    this.#onClose();
  }

  text(): string {
    return this.screen.lines().join('\n');
  }

  #count(length: number): void {
    this.received += length;
    this.#owed += length;
    this.mostOwed = Math.max(this.mostOwed, this.#owed);
  }

  #take(frame: HostFrame): void {
    this.frames.push(frame.kind);
    if (frame.kind === 'output') {
      const { length } = frame.bytes;
      this.screen.write(frame.bytes);
      this.screen.settle(() => this.#acknowledge(length));
    } else if (frame.kind === 'snapshot') {
      this.screen.resize(frame.cols, frame.rows);
      this.screen.write(Buffer.from(`\x1bc${frame.text}`));
    } else if (frame.kind === 'size') {
      this.screen.resize(frame.cols, frame.rows);
    } else {
      this.exit = { code: frame.code, signal: frame.signal };
    }
  }

  #acknowledge(length: number): void {
    this.#parsed += length;
    if (this.#parsed < FLOW.ackEvery) return;
    const count = this.#parsed;
    this.#parsed = 0;
    this.#owed -= count;
    this.say({ kind: 'ack', count });
  }
}

/** @returns a new viewer of the terminal */
export function attach(terminal: Terminal): TestViewer {
  const viewer = new TestViewer();
  terminal.attach(viewer.channel);
  return viewer;
}
