/** The built entries in a copy of the app whose native modules are missing or not for this system. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { requireNatives } from './natives.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An app whose packages are those of this checkout, but one. */
function appWith(name: string, state: 'missing' | 'damaged'): string {
  const app = temporaryDirectory();
  cpSync(join(ROOT, 'out'), join(app, 'out'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(app, 'package.json'));
  const packages = join(app, 'node_modules');
  mkdirSync(packages);
  for (const other of readdirSync(join(ROOT, 'node_modules'))) {
    if (other !== name && !other.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', other), join(packages, other));
  }
  if (state === 'damaged') {
    const copy = join(packages, name);
    cpSync(join(ROOT, 'node_modules', name), copy, { recursive: true, filter: (path) => !/\/(?:deps|third_party)$/.test(path) });
    rmSync(join(copy, 'build'), { recursive: true, force: true });
    const binaries = join(copy, 'prebuilds');
    for (const file of readdirSync(binaries, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.node')) writeFileSync(join(binaries, file), 'made for another system');
    }
  }
  return app;
}

async function start(app: string, args: string[]): Promise<{ code: unknown; said: string }> {
  return promisify(execFile)(
    process.execPath,
    args.map((arg) => arg.replace('APP', app)),
    { timeout: 25_000 },
  ).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: unknown; stderr: string }) => ({ code: error.code, said: error.stderr.trim() }),
  );
}

test.each([
  ['better-sqlite3', 'missing'],
  ['better-sqlite3', 'damaged'],
  ['node-pty', 'missing'],
  ['node-pty', 'damaged'],
] as const)('with %s %s each entry ends with one sentence that says so and what to do', async (name, state) => {
  const app = appWith(name, state);
  const sentence = new RegExp(`^ops-lab: The module ${name}, .* cannot be loaded on this system .*Install Ops Lab again`);
  const data = ['--data-dir', 'APP/data'];
  const entries = [
    ['APP/out/main/web.js', '--port', '0', ...data],
    ['APP/out/main/cli.js', 'list', ...data],
    ['--import', join(ROOT, 'e2e/electron-stand-in/register.mjs'), 'APP/out/main/index.js', ...data],
  ];
  for (const args of entries) {
    const { code, said } = await start(app, args);
    // Electron shows it in a box of its own beside.
    const [first = '', ...others] = said.split('\n').filter((line) => !line.startsWith('Ops Lab cannot start: '));
    expect(first).toMatch(sentence);
    expect([others, code]).toEqual([[], 1]);
  }
});

test('a Node that is too old is told before a module ends it without a word', () => {
  const load = () => expect.unreachable('nothing is loaded');
  expect(() => requireNatives(load, '20.20.0')).toThrow(expect.objectContaining({ message: expect.stringContaining('Node 22 or newer') }));
});
