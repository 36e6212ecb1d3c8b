import { describe, expect, it } from 'vitest';
import { isPlain, PlainBacklog } from './plain-backlog.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (backlog: PlainBacklog) => new TextDecoder().decode(backlog.take());

describe('the backlog', () => {
  it('keeps the first line and those that a terminal may hold', () => {
    const backlog = new PlainBacklog();
    for (let index = 0; index < 100; index++) backlog.add(bytes(`${index}\r\n`));
    backlog.add(bytes('end'));
    backlog.trim(10, 5);
    const text = textOf(backlog);
    expect(text.split('\r\n')).toEqual(['0', ...Array.from({ length: 20 }, (_, index) => String(80 + index)), 'end']);
    expect(backlog.length).toBe(0);
  });

  it('keeps all of fewer lines, and of lines without a return', () => {
    for (const text of ['a\r\n'.repeat(20), 'a\n'.repeat(100), 'a'.repeat(100), '']) {
      const backlog = new PlainBacklog();
      backlog.add(bytes(text));
      backlog.trim(10, 5);
      expect(textOf(backlog)).toBe(text);
    }
  });

  it.each(['\x1b', '\b', '\x07', '\x0b', '\x0c', '\x0e', '\x00', '\x7f'])('is not for %j', (control) => {
    expect(isPlain(bytes(`text${control}`))).toBe(false);
  });

  it('is not for 8-bit controls, which a terminal obeys behind any byte', () => {
    expect(isPlain(bytes('text\u009b'))).toBe(false);
    expect(isPlain(Uint8Array.of(0x41, 0xc2, 0xc2, 0x9b, 0x41))).toBe(false);
    expect(isPlain(Uint8Array.of(0x41, 0xc2))).toBe(false);
    expect(isPlain(bytes('\u00a0 ° »'))).toBe(true);
  });

  it('is for text in any language', () => {
    expect(isPlain(bytes('tab\t, line\r\n, é 世界 👩‍👩‍👧'))).toBe(true);
  });
});
