import { describe, expect, test } from 'vitest';
import { helpText, hostArguments, type OptionSpec, parseOptions, parsePort } from './options.mjs';

const SPECS: Record<string, OptionSpec> = {
  host: { type: 'string', value: 'electron|web', choices: ['electron', 'web'], help: 'Where.' },
  port: { type: 'string', value: 'N', help: 'Which.' },
  labs: { type: 'string', value: 'DIR', multiple: true, help: 'Labs.' },
};

describe('options of a command line', () => {
  test('are read with their values, and --help is always one', () => {
    expect(parseOptions(['--host', 'web', '--port=80', '--help'], SPECS)).toEqual({ host: 'web', port: '80', help: true });
  });

  test.each([
    [['--hots', 'web'], /--hots/],
    [['--host', 'phone'], /one of electron, web, not 'phone'/],
    [['--port'], /port/],
    [['--port='], /--port needs a value/],
    [['web'], /web/],
  ])('%j is an error that names what is wrong', (argv, message) => {
    expect(() => parseOptions(argv, SPECS)).toThrow(message);
  });

  test('a port is a number of a port', () => {
    expect(parsePort('8080')).toBe(8080);
    expect(parsePort(undefined)).toBeUndefined();
    for (const wrong of ['65536', '-1', '80a', '1e3']) expect(() => parsePort(wrong)).toThrow(/65535/);
  });

  test('folders become whole paths, seen from where the person is', () => {
    const options = parseOptions(['--labs', 'mine', '--labs=/all'], SPECS);
    expect(hostArguments({ ...options, 'data-dir': '../data' }, '/home/me')).toEqual([
      ...['--data-dir', '/home/data'],
      ...['--labs', '/home/me/mine'],
      ...['--labs', '/all'],
    ]);
  });

  test('the help shows every option with its value', () => {
    const text = helpText('npm start', 'Starts.', SPECS);
    expect(text).toMatch(/--host electron\|web {2}Where\./);
    expect(text).toContain('--help');
  });
});
