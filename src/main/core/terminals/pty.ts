/**
 * node-pty behind what a terminal needs of it: bytes in both directions, and calls that do no harm once the pty has ended. Its
 * end of file comes before the exit is known, and for a program that goes on without its terminal long before.
 */
import { spawn } from 'node-pty';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { PtyCommand } from '../runtime/runtime.ts';

export class Pty {
  readonly #pty: ReturnType<typeof spawn>;

  /** Starts the program. @throws OpsLabError `runtime-unavailable` when it cannot be started */
  constructor(command: PtyCommand, cols: number, rows: number) {
    this.#pty = start(command, cols, rows);
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

  write(data: string | Uint8Array): void {
    this.#pty.write(typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength));
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
}

function start(command: PtyCommand, cols: number, rows: number): ReturnType<typeof spawn> {
  try {
    return spawn(command.file, [...command.args], {
      name: 'xterm-256color',
      cols,
      rows,
      cwd: command.cwd,
      env: { ...command.env },
      encoding: null,
    });
  } catch (error) {
    throw new OpsLabError(
      'runtime-unavailable',
      `The terminal could not be opened: ${error instanceof Error ? error.message : String(error)}. Close terminals that are not needed and try again.`,
    );
  }
}
