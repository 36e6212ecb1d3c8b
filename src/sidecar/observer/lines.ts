/** Lines of a stream, one after another, without a reader library that would hold the process open. */
import type { Readable } from 'node:stream';

/** Calls `onLine` for each whole line; `onEnd` once when the stream is over. @returns a function that stops listening */
export function readLines(stream: Readable, onLine: (line: string) => void, onEnd: () => void): () => void {
  let rest = '';
  const decoder = new TextDecoder();
  const data = (chunk: Buffer): void => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  stream.on('data', data);
  stream.on('end', end);
  stream.on('close', end);
  return () => {
    stream.off('data', data);
    stream.off('end', end);
    stream.off('close', end);
    stream.pause();
  };
}
