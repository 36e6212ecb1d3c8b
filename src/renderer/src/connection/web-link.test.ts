import { expect, it, vi } from 'vitest';
import { takeLoginToken } from './web-link.ts';

it('takes the one-time token out of the address', () => {
  const replaceState = vi.fn();
  const location = { hash: '#token=a-b_C%2F', pathname: '/', search: '' } as Location;
  expect(takeLoginToken(location, { replaceState } as unknown as History)).toBe('a-b_C/');
  expect(replaceState).toHaveBeenCalledWith(null, '', '/');
});

it('leaves the place within the app alone', () => {
  const replaceState = vi.fn();
  const location = { hash: '#/history', pathname: '/', search: '' } as Location;
  expect(takeLoginToken(location, { replaceState } as unknown as History)).toBeNull();
  expect(replaceState).not.toHaveBeenCalled();
});
