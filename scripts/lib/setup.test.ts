import { describe, expect, test } from 'vitest';
import { isInstalled } from './dependencies.mjs';
import { hasDisplay } from './electron.mjs';
import { isNewEnough } from './node.mjs';

describe('what a clone needs', () => {
  test.each([
    ['18.20.4', false],
    ['20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('Node %s is new enough: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  test('packages are installed when all but those of other machines are there in the right version', () => {
    const wanted = {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/win': { version: '1.0.0', optional: true },
    };
    expect(isInstalled(wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'x' } })).toBe(true);
    expect(isInstalled(wanted, { 'node_modules/a': { version: '1.0.1', integrity: 'y' } })).toBe(false);
    expect(isInstalled(wanted, { 'node_modules/win': { version: '1.0.0' } })).toBe(false);
  });

  test.skipIf(process.platform !== 'linux')('there is a display when an X or Wayland server is named', () => {
    expect(hasDisplay({})).toBe(false);
    expect(hasDisplay({ DISPLAY: '' })).toBe(false);
    expect(hasDisplay({ DISPLAY: ':1' })).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  });
});
