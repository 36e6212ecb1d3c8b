/** The host's end of a supervisor's socket. */
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { SUPERVISOR_FILES, type SupervisorAnswer, type SupervisorRequest } from '../../../../sidecar/supervisor/protocol.ts';

/** Longest path that a socket address takes on Linux (107) and macOS (103), with room to spare. */
const LONGEST_PATH = 100;
const CONNECT_TIMEOUT_MS = 5000;

type Question = SupervisorRequest extends infer Request ? (Request extends SupervisorRequest ? Omit<Request, 'id'> : never) : never;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: OpsLabError): void;
}

export class SupervisorClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #rest = '';
  #onClose: () => void = () => {};

  /** @returns null when no supervisor answers in that folder */
  static async connect(folder: string): Promise<SupervisorClient | null> {
    const path = join(folder, SUPERVISOR_FILES.socket);
    if (!existsSync(path)) return null;
    if (path.length <= LONGEST_PATH) return SupervisorClient.#open(path);
    if (process.platform !== 'linux') {
      throw new OpsLabError(
        'runtime-unavailable',
        `The path of the data directory is too long for a socket: ${path}. Choose a shorter one with --data-dir.`,
      );
    }
    // A descriptor of the folder makes any path short.
    const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      return await SupervisorClient.#open(`/proc/self/fd/${handle}/${SUPERVISOR_FILES.socket}`);
    } finally {
      closeSync(handle);
    }
  }

  static #open(path: string): Promise<SupervisorClient | null> {
    return new Promise((resolve) => {
      const socket = createConnection(path);
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
      socket.once('error', () => resolve(null));
      socket.once('close', () => resolve(null));
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve(new SupervisorClient(socket));
      });
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
      this.#onClose();
    });
  }

  /** Called when the connection ends, whoever ended it. One listener. */
  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  /** @throws OpsLabError `engine-failed` with the supervisor's reason, `timeout`, `cancelled`, `session-not-running` */
  async ask<Result>(question: Question, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Result> {
    if (this.#socket.destroyed) throw gone();
    const { timeoutMs = 10_000, signal } = options;
    const id = this.#nextId++;
    let giveUp: () => void = () => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
        giveUp = () => reject(new OpsLabError('cancelled', `The question "${question.op}" to the session was cancelled.`));
        signal?.addEventListener('abort', giveUp, { once: true });
        if (signal?.aborted) giveUp();
        const late = () =>
          reject(new OpsLabError('timeout', `The session did not answer "${question.op}" within ${timeoutMs} ms.`, {}, true));
        timer = setTimeout(late, timeoutMs);
        this.#socket.write(`${JSON.stringify({ id, ...question })}\n`);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as SupervisorAnswer;
      const waiting = this.#waiting.get(answer.id);
      if (waiting === undefined) continue;
      if ('failure' in answer) waiting.reject(new OpsLabError('engine-failed', `The session reports: ${answer.failure}`));
      else waiting.resolve(answer.result);
    }
  }
}

function gone(): OpsLabError {
  return new OpsLabError('session-not-running', 'The processes of this session have ended. Start it again to go on.');
}
