/** Streams of JSON values, one a line. */
import type { Readable } from 'node:stream';

const LONGEST = 4 * 1024 * 1024;

/** @throws Error for a line that never ends; lines that are no JSON are left out */
export async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  const parse = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return null;
    }
  };
  for await (const chunk of stream) {
    rest += decoder.decode(chunk as Buffer, { stream: true });
    if (rest.length > LONGEST) throw new Error('a line without an end');
    let end = rest.indexOf('\n');
    while (end >= 0) {
      const value = parse(rest.slice(0, end));
      rest = rest.slice(end + 1);
      end = rest.indexOf('\n');
      if (typeof value === 'object' && value !== null) yield value;
    }
  }
  const value = parse(rest);
  if (typeof value === 'object' && value !== null) yield value;
}
