import { describe, expect, it } from 'vitest';
import { lineMatches, patternError, replaceMatches } from './pattern.ts';

describe('patterns of a lab', () => {
  it('match a line of output', () => {
    expect(lineMatches('^node\\s.*\\bR\\b', 'node  12 R')).toBe(true);
    expect(lineMatches('^node', ' node')).toBe(false);
  });

  it('end after their deadline, however they are written', () => {
    expect(() => lineMatches('(a+)+$', `${'a'.repeat(900)}!`)).toThrow(expect.objectContaining({ code: 'limit' }));
    expect(() => replaceMatches('(x+x+)+y', 'x'.repeat(10_000), 'N')).toThrow(expect.objectContaining({ code: 'limit' }));
  });

  it('see the first 1000 characters of a line', () => {
    expect(lineMatches('b', `${'a'.repeat(1000)}b`)).toBe(false);
  });

  it('replace on every line, and put the words in as they are', () => {
    expect(replaceMatches('^\\d+ ms$', '5 ms\n17 ms\nx 1 ms', '$& N')).toBe('$& N\n$& N\nx 1 ms');
  });

  it('say why they are none', () => {
    expect(patternError('a{2,1}')).toContain('numbers out of order');
    expect(patternError('a+')).toBeNull();
  });
});
