import { ORPCError } from '@orpc/client';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../../shared/contract/errors.ts';
import { ERROR_WORDS, errorCode, errorWords } from './error-words.ts';

it('has a heading and a next step for every code', () => {
  for (const code of ERROR_CODES) {
    expect(ERROR_WORDS[code].title, code).not.toBe('');
    expect(ERROR_WORDS[code].next, code).toMatch(/\.$/);
  }
});

it('goes by the code, never by the text', () => {
  const error = new ORPCError('conflict', { message: 'The file is not found any more.' });
  expect(errorCode(error)).toBe('conflict');
  expect(errorWords(error)).toEqual({ ...ERROR_WORDS.conflict, message: 'The file is not found any more.' });
});

it('tells a broken line from a failure of the core', () => {
  expect(errorCode(new Error('socket closed'))).toBeNull();
  expect(errorCode(new ORPCError('SOMETHING_NEW'))).toBe('internal');
});
