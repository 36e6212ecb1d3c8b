/**
 * node-pty behind what a terminal needs of it: bytes in both directions, and calls that do no harm once the pty has ended. Its
 * end of file comes before the exit is known, and for a program that goes on without its terminal long before.
 */
import { writeSync } from 'node:fs';
import { type IPty, spawn } from 'node-pty';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { PtyCommand } from '../runtime/runtime.ts';
import { InputQueue } from './input-queue.ts';

/** What node-pty has besides its typings; the descriptor on every Unix. */
interface UnixPty extends IPty {
  /** The pty's descriptor; it never blocks. */
  readonly fd: number;
  /** The descriptor is closed: at the pty's end of file, which may be long before the exit. */
  on(event: 'close', listener: () => void): void;
}

export class Pty {
  readonly #pty: UnixPty;
  readonly #input: InputQueue;

  /**
   * Starts the program.
   * @param onRefused called when there is too much input that the program does not read
   * @throws OpsLabError `runtime-unavailable` when it cannot be started
   */
  constructor(command: PtyCommand, cols: number, rows: number, onRefused: () => void) {
    this.#pty = start(command, cols, rows);
    this.#input = new InputQueue({ write: (bytes) => this.#offer(bytes), onRefused });
    this.#pty.on('close', () => this.#input.close());
    this.#pty.onExit(() => this.#input.close());
  }

  get pid(): number {
    return this.#pty.pid;
  }

  onData(listener: (bytes: Buffer) => void): void {
    // With `encoding: null` the data are buffers, whatever the typings say.
    this.#pty.onData((data) => listener(data as unknown as Buffer));
  }

  /** @param listener called once, after the last data; `signal` is 0 for an exit by itself */
  onExit(listener: (code: number, signal: number) => void): void {
    this.#pty.onExit(({ exitCode, signal }) => listener(exitCode, signal ?? 0));
  }

  /** Types; what the program does not read yet waits. Does nothing for a pty that has ended. */
  write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    // A console of Windows has no descriptor: node-pty's own queue is all there is.
    if (process.platform === 'win32') this.#pty.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    else this.#input.push(bytes);
  }

  /** Tells the program its size; does nothing for a pty that has ended. */
  resize(cols: number, rows: number): void {
    try {
      this.#pty.resize(cols, rows);
    } catch {
      // Its descriptor is closed (EBADF): nobody is left who could ask for the size.
    }
  }

  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }

  kill(signal: 'SIGHUP' | 'SIGKILL'): void {
    this.#pty.kill(signal);
  }

  /**
   * Not by node-pty's own write: that has no bound, tries again in every turn of the event loop while the program does not read, and
   * goes on with a descriptor that is closed and may be another file's by then.
   */
  #offer(bytes: Uint8Array): number | null {
    try {
      return writeSync(this.#pty.fd, bytes);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : null;
    }
  }
}

function start(command: PtyCommand, cols: number, rows: number): UnixPty {
  try {
    return spawn(command.file, [...command.args], {
      name: 'xterm-256color',
      cols,
      rows,
      cwd: command.cwd,
      env: { ...command.env },
      encoding: null,
    }) as UnixPty;
  } catch (error) {
    throw new OpsLabError(
      'runtime-unavailable',
      `The terminal could not be opened: ${error instanceof Error ? error.message : String(error)}. Close terminals that are not needed and try again.`,
    );
  }
}
