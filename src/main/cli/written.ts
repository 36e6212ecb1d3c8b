import type { Writable } from 'node:stream';

/**
 * Resolves once a stream has written all that it was given, or never will, since its reader is gone. Into a pipe it writes by and
 * by: what process.exit() finds unwritten is lost.
 */
export function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
