import { expect, it, vi } from 'vitest';
import { takeLogin } from './web-link.ts';

function storage(): Storage {
  const items = new Map<string, string>();
  const made: Pick<Storage, 'getItem' | 'setItem'> = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
  };
  return made as Storage;
}

function address(hash: string): [Location, History] {
  return [{ hash, pathname: '/', search: '' } as Location, { replaceState: vi.fn() } as unknown as History];
}

it('takes the one-time token out of the address, with a secret of its own for each', () => {
  const [location, history] = address('#token=a-b_C%2F');
  const [one, other] = [takeLogin(location, history, storage()), takeLogin(location, history, storage())];
  expect(one?.token).toBe('a-b_C/');
  expect(one?.attempt).toMatch(/^[0-9a-f-]{36}$/);
  expect(other?.attempt).not.toBe(one?.attempt);
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/');
});

it('asks for the same login again when the page was loaded again before an answer', () => {
  const tab = storage();
  const login = takeLogin(...address('#token=abc'), tab);
  expect(takeLogin(...address('#/history'), tab)).toEqual(login);
});

it('leaves the place within the app alone', () => {
  const [location, history] = address('#/history');
  expect(takeLogin(location, history, storage())).toBeNull();
  expect(history.replaceState).not.toHaveBeenCalled();
});
