import { isUtf8 } from 'node:buffer';

/**
 * Reads bytes as UTF-8, strictly: a lab that shows replacement characters was not what its author wrote.
 * @returns the text, or where the first byte is that is none; line and column count from 1
 */
export function readUtf8(bytes: Uint8Array): { text: string } | { text: null; at: { line: number; column: number } } {
  if (isUtf8(bytes)) return { text: new TextDecoder('utf-8').decode(bytes) };
  let line = 1;
  // A line feed is never part of another character.
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(0x0a, from);
    const part = bytes.subarray(from, end === -1 ? bytes.length : end);
    if (!isUtf8(part)) {
      let good = 0;
      while (isUtf8(part.subarray(0, good + characterBytes(part[good] ?? 0)))) good += characterBytes(part[good] ?? 0);
      return { text: null, at: { line, column: new TextDecoder().decode(part.subarray(0, good)).length + 1 } };
    }
    from = end + 1;
  }
}

/** How many bytes the character has that begins with this one. */
function characterBytes(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
