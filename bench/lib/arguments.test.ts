import { expect, test } from 'vitest';
import { readBenchArguments, readSoakArguments } from './arguments.ts';
import { FIGURES } from './figures.ts';

test('without options all figures are measured, and no file is written', () => {
  expect(readBenchArguments([], '/here')).toEqual({ help: false, only: new Set(FIGURES), quick: false, json: null });
});

test('some figures can be chosen; a file is where the person is', () => {
  expect(readBenchArguments(['--only', 'cat_50mb, gate_ps', '--quick', '--json', 'out.json'], '/here')).toEqual({
    help: false,
    only: new Set(['cat_50mb', 'gate_ps']),
    quick: true,
    json: '/here/out.json',
  });
});

test.each([[['--only', 'cat_51mb']], [['--only', 'cat_50mb,']], [['--fast']], [['--json', '']], [['more']]])(
  'bench %j is a usage error',
  (argv) => {
    expect(() => readBenchArguments(argv, '/here')).toThrow(/--help|names of figures/);
  },
);

test('a soak takes half an hour, or as many minutes as are asked for', () => {
  expect(readSoakArguments([], '/here')).toEqual({ help: false, minutes: 30, json: null });
  expect(readSoakArguments(['--minutes', '2', '--json', '/x.json'], '/here')).toEqual({ help: false, minutes: 2, json: '/x.json' });
});

test.each(['0', '-1', '1.5', '601', 'ten'])('%s is no number of minutes', (minutes) => {
  expect(() => readSoakArguments([`--minutes=${minutes}`], '/here')).toThrow('from 1 to 600');
});
