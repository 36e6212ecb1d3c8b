/** Reads text out of xterm's buffer. */
import type { IBuffer, Terminal } from '@xterm/xterm';

/** Longest evidence, in characters, that one pin may hold. */
const MAX_PIN = 1000;

/** All lines, wrapped ones joined, without empty ones at the end. */
export function screenText(buffer: IBuffer): string {
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row += 1) {
    const line = buffer.getLine(row);
    if (!line) continue;
    // A wrapped line goes on in the next row: its trailing blanks are then part of it.
    const text = line.translateToString(!buffer.getLine(row + 1)?.isWrapped);
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  while (lines.length > 0 && lines[lines.length - 1]?.trim() === '') lines.pop();
  return lines.join('\n');
}

function rows(buffer: IBuffer, from: number, to: number): string {
  const lines: string[] = [];
  for (let row = from; row <= to; row += 1) lines.push(buffer.getLine(row)?.translateToString(true) ?? '');
  return lines.join('\n').trim().slice(0, MAX_PIN);
}

/** The whole lines of the selection; without one, the newest line above the cursor that is not empty. */
export function evidenceText(terminal: Terminal): string {
  const buffer = terminal.buffer.active;
  const selection = terminal.getSelectionPosition();
  if (selection) return rows(buffer, selection.start.y, selection.end.y);
  for (let row = buffer.baseY + buffer.cursorY - 1; row >= 0; row -= 1) {
    const text = rows(buffer, row, row);
    if (text !== '') return text;
  }
  return '';
}
