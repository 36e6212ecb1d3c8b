import { describe, expect, it } from 'vitest';
import { MAX_INPUT_BYTES } from '../../../../shared/terminal-wire/flow.ts';
import { chunkInput, isTooLong, MAX_PASTE_BYTES, needsConfirmation, neutralisePaste } from './paste.ts';

describe('neutralisePaste', () => {
  it('takes the power from an escape that would end bracketed paste', () => {
    expect(neutralisePaste('a\u001b[201~rm -rf /')).toBe('a\u241b[201~rm -rf /');
  });

  it('makes every control character visible, except tabs and line ends', () => {
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
    const clean = neutralisePaste(`${controls}\u007f\u009b\u0085`);
    expect([...clean].filter((character) => character < ' ' && character !== '\t' && character !== '\r')).toEqual([]);
    expect(clean).not.toMatch(/[\u007f-\u009f]/);
  });

  it('turns each kind of line end into one press of Enter', () => {
    expect(neutralisePaste('a\nb\r\nc\rd')).toBe('a\rb\rc\rd');
  });

  it('leaves ordinary text as it is', () => {
    expect(neutralisePaste('grep -n "ü" 文件 👩‍💻')).toBe('grep -n "ü" 文件 👩‍💻');
  });
});

describe('a paste that the shell would run', () => {
  it('is asked about only where bracketed paste does not hold it back', () => {
    expect(needsConfirmation('ls\rrm x', false)).toBe(true);
    expect(needsConfirmation('ls\rrm x', true)).toBe(false);
    expect(needsConfirmation('ls', false)).toBe(false);
  });

  it('is refused beyond a megabyte, counted in bytes', () => {
    expect(isTooLong('x'.repeat(MAX_PASTE_BYTES))).toBe(false);
    expect(isTooLong('x'.repeat(MAX_PASTE_BYTES + 1))).toBe(true);
    expect(isTooLong('ü'.repeat(MAX_PASTE_BYTES / 2 + 1))).toBe(true);
  });
});

describe('chunkInput', () => {
  it('cuts what is too long for one message, and loses nothing', () => {
    const bytes = Uint8Array.from({ length: MAX_INPUT_BYTES * 2 + 5 }, (_, index) => index % 251);
    const chunks = chunkInput(bytes);
    expect(chunks.map((chunk) => chunk.length)).toEqual([MAX_INPUT_BYTES, MAX_INPUT_BYTES, 5]);
    expect(Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))).toEqual(bytes);
  });
});
