import { expect, test, vi } from 'vitest';
import { Cleanup } from './cleanup.ts';

test('closes the newest first, once, and goes on after a failure', async () => {
  const closed: string[] = [];
  const cleanup = new Cleanup();
  const complain = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  cleanup.add('host', () => closed.push('host'));
  cleanup.add('page', () => Promise.reject(new Error('gone')));
  cleanup.add('socket', async () => closed.push('socket'));
  await Promise.all([cleanup.close(), cleanup.close()]);
  const said = complain.mock.calls.map(([text]) => text);
  complain.mockRestore();
  expect(closed).toEqual(['socket', 'host']);
  expect(said).toEqual(['bench: page could not be closed: gone\n']);
});

test('after the end nothing new is kept open, and whoever opened it is told', async () => {
  const cleanup = new Cleanup();
  await cleanup.close();
  let closed = false;
  const late = () => {
    closed = true;
  };
  expect(() => cleanup.add('late', late)).toThrow('the run is over');
  expect(closed).toBe(true);
});
