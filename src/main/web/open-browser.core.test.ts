import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { openBrowser } from './open-browser.ts';

test('a page that cannot be written opens nothing, and ends nothing', () => {
  expect(() => openBrowser('http://127.0.0.1:1/#token=x', join(temporaryDirectory(), 'missing'))).not.toThrow();
});
