import { expect, test } from 'vitest';
import { searchPath } from './search-path.ts';

test.each([
  ['/usr/bin:/bin', 'darwin', '/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin:/Users/ada/.docker/bin'],
  ['/opt/homebrew/bin:/usr/bin', 'darwin', '/opt/homebrew/bin:/usr/bin:/usr/local/bin:/Users/ada/.docker/bin'],
  [undefined, 'darwin', '/usr/local/bin:/opt/homebrew/bin:/Users/ada/.docker/bin'],
  ['/usr/bin::', 'linux', '/usr/bin::'],
  [undefined, 'linux', undefined],
  ['C:\\Windows', 'win32', 'C:\\Windows'],
] as const)('%s on %s', (path, platform, expected) => {
  const found = searchPath(path, platform, '/Users/ada');
  expect(found).toBe(expected);
  expect(searchPath(found, platform, '/Users/ada')).toBe(expected);
});
