/** A program in a running container through the API, with its streams taken apart. */
import { Duplex, PassThrough, type Readable, type Writable } from 'node:stream';
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { callEngine, hijackEngine } from '../../engine/api.ts';

export interface ExecSpec {
  readonly container: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workingDirectory?: string;
}

export interface RunningExec {
  readonly id: string;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Lets go of the streams; the program sees the end of its stdin. */
  close(): void;
}

/**
 * Takes apart the engine's stream: frames of an eight-byte header (stream number, length) and data.
 * Both outputs end when the stream ends.
 */
export function demultiplex(stream: Readable): { stdout: Readable; stderr: Readable } {
  const stdout = new PassThrough({ highWaterMark: 1 << 20 });
  const stderr = new PassThrough({ highWaterMark: 1 << 20 });
  let header = Buffer.alloc(0);
  let target = stdout;
  let missing = 0;
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (missing > 0) {
        const part = rest.subarray(0, missing);
        target.write(part);
        missing -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const part = rest.subarray(0, 8 - header.length);
      header = Buffer.concat([header, part]);
      rest = rest.subarray(part.length);
      if (header.length < 8) continue;
      target = header[0] === 2 ? stderr : stdout;
      missing = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  });
  const end = (): void => {
    stdout.end();
    stderr.end();
  };
  stream.once('end', end);
  stream.once('close', end);
  stream.once('error', end);
  return { stdout, stderr };
}

/** Starts a command in a running container, with its three streams. @throws OpsLabError when the engine refuses or does not answer */
export async function startExec(docker: Docker, spec: ExecSpec, signal?: AbortSignal): Promise<RunningExec> {
  const { Id } = await callEngine<{ Id: string }>(docker, {
    method: 'POST',
    path: `/containers/${spec.container}/exec`,
    body: {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Cmd: spec.argv,
      WorkingDir: spec.workingDirectory ?? '/lab',
      Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    },
    signal,
  });
  const stream = await hijackEngine(docker, { method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false, Tty: false }, signal });
  if (!(stream instanceof Duplex)) throw new OpsLabError('engine-failed', 'The engine did not hand over the program it started.');
  stream.on('error', () => {});
  return { id: Id, stdin: stream, ...demultiplex(stream), close: () => stream.destroy() };
}
