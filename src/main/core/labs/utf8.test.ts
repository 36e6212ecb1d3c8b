import { expect, it } from 'vitest';
import { readUtf8 } from './utf8.ts';

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

it('reads what is UTF-8', () => {
  expect(readUtf8(bytes('Größe 💥 端末\n'))).toEqual({ text: 'Größe 💥 端末\n' });
  expect(readUtf8(bytes())).toEqual({ text: '' });
});

it.each<[string, Buffer, number, number]>([
  ['at the start', bytes([0xff, 0xfe], 'x'), 1, 1],
  ['after characters of many bytes', bytes('# Ein Lab\n\nGröße 💥 ', [0xed, 0xa0, 0x80]), 3, 10],
  ['a character that is cut off', bytes('a\nb', [0xe2, 0x82]), 2, 2],
  ['an overlong form', bytes('\n\n', [0xc0, 0xaf], '\n'), 3, 1],
  ['a character that is cut off by the end of its line', bytes('ä', [0xf0, 0x9f], '\nb'), 1, 2],
  ['a lone following byte', bytes('abc', [0x80]), 1, 4],
])('says where the first byte is that is none: %s', (_what, content, line, column) => {
  expect(readUtf8(content)).toEqual({ text: null, at: { line, column } });
});
