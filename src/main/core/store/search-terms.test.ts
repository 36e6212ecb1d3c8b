import { expect, test } from 'vitest';
import { searchTerms } from './search-terms.ts';

test('words of three characters and more go to the index, shorter ones to LIKE', () => {
  expect(searchTerms('curl -s health')).toEqual({ match: '"curl" "health"', like: ['%-s%'] });
});

test('quotes and wildcards are looked for as they are', () => {
  expect(searchTerms('say"cheese 50% a_b')).toEqual({ match: '"say""cheese" "50%" "a_b"', like: [] });
  expect(searchTerms('% _ \\')).toEqual({ match: null, like: ['%\\%%', '%\\_%', '%\\\\%'] });
});

test('nothing typed is no condition', () => {
  expect(searchTerms(' \0 \n')).toEqual({ match: null, like: [] });
});
