/** What a paste may carry into a shell. Pure. */
import { MAX_INPUT_BYTES } from '../../../../shared/terminal-wire/flow.ts';

/** Longest paste, in bytes of UTF-8. */
export const MAX_PASTE_BYTES = 1_000_000;

/**
 * Makes pasted text harmless: ESC and the other control characters become their visible symbols, so that a paste can
 * neither end bracketed paste early nor press keys. Tabs stay; each line end becomes the Enter key (CR).
 */
export function neutralisePaste(text: string): string {
  return text
    .replace(/\r\n?|\n/g, '\r')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/\u007f/g, '\u2421')
    .replace(/[\u0080-\u009f]/g, '\ufffd');
}

/** Whether the shell would run something at once: a line end inside, where bracketed paste does not hold it back. */
export function needsConfirmation(text: string, bracketed: boolean): boolean {
  return !bracketed && /[\r\n]/.test(text);
}

export function isTooLong(text: string): boolean {
  return text.length > MAX_PASTE_BYTES || new TextEncoder().encode(text).length > MAX_PASTE_BYTES;
}

/** Cuts input into messages that the channel takes. */
export function chunkInput(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES) chunks.push(bytes.subarray(at, at + MAX_INPUT_BYTES));
  return chunks;
}
