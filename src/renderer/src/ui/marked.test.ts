import { expect, it } from 'vitest';
import { splitByWords } from './marked.tsx';

it('cuts out every occurrence, without regard to case', () => {
  expect(splitByWords('Strace -c; strace', ['strace'])).toEqual([
    { text: 'Strace', hit: true },
    { text: ' -c; ', hit: false },
    { text: 'strace', hit: true },
  ]);
});

it('loses no character, whatever is searched', () => {
  for (const words of [[], [''], ['a', 'ab'], ['İ']]) {
    expect(
      splitByWords('abcabİ', words)
        .map((part) => part.text)
        .join(''),
    ).toBe('abcabİ');
  }
});
