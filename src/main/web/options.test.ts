import { expect, test } from 'vitest';
import { readWebOptions } from './options.ts';

test('without options it takes the default port or one near it, and the usual directory', () => {
  expect(readWebOptions([], {})).toEqual({ help: false, port: 4777, exactPort: false, dataDirectory: null, labFolders: [], open: false });
});

test('all options are read, and paths become absolute', () => {
  expect(
    readWebOptions(['--port', '0', '--data-dir=/d', '--labs', '/a', '--labs', '/b', '--open'], { OPS_LAB_DATA_DIR: '/other' }),
  ).toEqual({
    help: false,
    port: 0,
    exactPort: true,
    dataDirectory: '/d',
    labFolders: ['/a', '/b'],
    open: true,
  });
  expect(readWebOptions([], { OPS_LAB_DATA_DIR: '/other' }).dataDirectory).toBe('/other');
});

test.each([['--port', '-1'], ['--port', '65536'], ['--port', '0x50'], ['--port'], ['--colour'], ['stray']])(
  '%s %s is refused',
  (...argv) => {
    expect(() =>
      readWebOptions(
        argv.filter((each) => each !== undefined),
        {},
      ),
    ).toThrow(expect.objectContaining({ code: 'invalid' }));
  },
);
