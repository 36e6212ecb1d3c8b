import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labSchemaText } from '../core/labs/lab-schema.ts';
import { runCli } from './run-cli.ts';

let root: string;
let out: string;
let err: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops-lab-cli-'));
  [out, err] = ['', ''];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const lab = (...argv: string[]) =>
  runCli(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    environment: { OPS_LAB_DATA_DIR: join(root, 'data') },
    labsFolder: join(root, 'labs'),
    createWorkshop() {
      throw new Error('this command needs no engine');
    },
    signal: new AbortController().signal,
  });

describe('the command line', () => {
  it('explains itself, as a whole and by command', async () => {
    expect(await lab('--help')).toBe(0);
    for (const name of ['list', 'doctor', 'new', 'prove', 'record', 'image', 'clean', 'schema']) {
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(await lab(name, '--help')).toBe(0);
    }
    expect(out).toContain('--extra DIR');
    expect(err).toBe('');
  });

  it.each([
    [['lst'], 'There is no command “lst”. Did you mean “list”?'],
    [['list', '--jsn'], 'Unknown option --jsn. Did you mean “--json”?'],
    [['list', '--json=yes'], '--json takes no value.'],
    [['list', '--data-dir'], '--data-dir needs a value: --data-dir DIR.'],
    [['list', 'more'], 'list takes no “more”.'],
    [['new'], 'Give one id'],
    [['prove', '--runs', '0'], '--runs takes a whole number from 1 to 100, not “0”.'],
    [['prove', '--runs', '1', '--runs', '2'], '--runs was given twice.'],
    [['prove', '--runtime', 'doker'], 'Did you mean “docker”?'],
  ])('says what is wrong with %j', async (argv, message) => {
    expect(await lab(...argv)).toBe(2);
    expect(err).toContain(message);
  });

  it('writes a lab, lists it, and knows it by name', async () => {
    expect(await lab('new', 'first-lab')).toBe(0);
    expect(await lab('new', 'second-lab', '--labs', join(root, 'mine'))).toBe(0);
    out = '';
    expect(await lab('list', '--json', '--labs', join(root, 'mine'))).toBe(0);
    const { labs, problems } = JSON.parse(out);
    expect(labs.map(({ id, thirdParty }: { id: string; thirdParty: boolean }) => [id, thirdParty])).toEqual([
      ['first-lab', false],
      ['second-lab', true],
    ]);
    expect(problems).toEqual([]);
    expect(await lab('prove', 'frist-lab')).toBe(2);
    expect(err).toContain('There is no lab “frist-lab”. Did you mean “first-lab”?');
  });

  it('finds the labs of the data directory', async () => {
    await lab('new', 'first-lab');
    await lab('new', 'own-lab', '--labs', join(root, 'data', 'labs'));
    out = '';
    expect(await lab('list')).toBe(0);
    expect(out).toMatch(/^own-lab .*third-party/m);
  });

  it('shows what is wrong with a broken lab and proves nothing', async () => {
    await lab('new', 'first-lab');
    rmSync(join(root, 'labs', 'first-lab', 'hints.yaml'));
    expect(await lab('list')).toBe(1);
    expect(await lab('prove', 'first-lab')).toBe(1);
    expect(err).toContain('first-lab/hints.yaml: found no such file');
  });

  it('writes the schema for editors', async () => {
    await lab('new', 'first-lab');
    expect(await lab('schema')).toBe(0);
    expect(readFileSync(join(root, 'labs', 'lab.schema.json'), 'utf8')).toBe(labSchemaText());
  });

  it('refuses an id that is taken', async () => {
    await lab('new', 'first-lab');
    expect(await lab('new', 'first-lab')).toBe(1);
    expect(err).toContain('is there already');
  });
});
