import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billOfMaterials } from './lib/bill-of-materials.mjs';
import { ROOT } from './lib/paths.mjs';

const run = promisify(execFile);
const SYSTEM = `${process.platform}-${process.arch}`;
/** Before the eight fuses of an Electron, in its program: a mark, the version of the format, their number. */
const FUSES = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 8])]);

/** All files below `directory`, relative, with slashes. */
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));

/**
 * electron-builder itself, around a stub that looks like an unpacked Electron: everything but the program is what would be
 * shipped. Linux only, as the stub is.
 */
describe.skipIf(process.platform !== 'linux')('the packaged app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ops-lab-package-'));
  const resources = join(folder, 'dist/linux-unpacked/resources');
  const unpacked = join(resources, 'app.asar.unpacked');
  /** Everything in the archive or unpacked beside it. */
  let inside: string[] = [];

  beforeAll(async () => {
    const electron = join(folder, 'electron');
    mkdirSync(join(electron, 'resources'), { recursive: true });
    const defaults = Buffer.from('10110010');
    writeFileSync(join(electron, 'electron'), Buffer.concat([Buffer.from('a stub '), FUSES, defaults]), { mode: 0o755 });
    writeFileSync(join(electron, 'resources/default_app.asar'), 'not of ours');
    const config = join(folder, 'config.mjs');
    const own = JSON.stringify(join(ROOT, 'electron-builder.config.mjs'));
    const directories = JSON.stringify({ output: join(folder, 'dist'), buildResources: 'packaging' });
    writeFileSync(config, `import own from ${own};\nexport default { ...own, directories: ${directories} };\n`);
    const args = [join(ROOT, 'node_modules/electron-builder/cli.js'), '--dir', '--linux', '--publish', 'never', '--config', config];
    const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: electron };
    await run(process.execPath, args, { cwd: ROOT, env, timeout: 170_000 });
    inside = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.slice(1));
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the built app', () => {
    for (const path of ['package.json', 'out/main/index.js', 'out/main/cli.js', 'out/preload/index.cjs', 'out/renderer/index.html']) {
      expect(inside).toContain(path);
    }
  });

  it('has every file of the labs, sidecars and native modules outside its archive, where other programs can read them', () => {
    expect(filesIn(join(resources, 'labs')).sort()).toEqual(filesIn(join(ROOT, 'labs')).sort());
    const outside = filesIn(unpacked);
    expect(outside).toContain('out/sidecar/observer.mjs');
    expect(outside).toContain('out/sidecar/supervisor.mjs');
    const binaries = inside.filter((path) => path.endsWith('.node'));
    expect(binaries.filter((path) => !outside.includes(path))).toEqual([]);
    expect(binaries.sort()).toEqual([
      `node_modules/better-sqlite3/prebuilds/${SYSTEM}.node`,
      `node_modules/node-pty/prebuilds/${SYSTEM}/pty.node`,
    ]);
  });

  it('holds no tests, no sources, no maps, no second Node, no development packages', () => {
    expect([...new Set(inside.map((path) => path.split('/')[0]))].sort()).toEqual(['node_modules', 'out', 'package.json']);
    expect(inside.filter((path) => /\.(map|tsx?|mts|cts|pdb)$|\.(test|spec)\.\w+$|(^|\/)(test|tests|__tests__)\//.test(path))).toEqual([]);
    expect(inside.filter((path) => /(^|\/)bin\/node(\.exe)?$|^tools\//.test(path))).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) expect(inside, name).toContain(`node_modules/${name}/package.json`);
    const development = Object.keys(devDependencies).filter((name) => name !== '@types/node');
    expect(development.filter((name) => inside.includes(`node_modules/${name}`))).toEqual([]);
    expect(existsSync(join(resources, 'default_app.asar'))).toBe(false);
  });

  it('has all fuses as they are meant to be', () => {
    const program = readFileSync(join(resources, '../ops-lab'));
    const at = program.indexOf(FUSES) + FUSES.length;
    // RunAsNode on; cookie encryption on; NODE_OPTIONS and --inspect off; integrity and only-from-archive on; the rest as Electron has it.
    expect(program.subarray(at, at + 6).toString()).toBe('110011');
  });

  it('says under which licences its packages come', () => {
    expect(readFileSync(join(resources, 'LICENSE.ops-lab.txt'), 'utf8')).toContain('MIT License');
    const text = readFileSync(join(resources, 'third-party-licences.txt'), 'utf8');
    for (const name of ['better-sqlite3', 'dockerode', 'react', '@xterm/xterm']) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(text).not.toMatch(/^vitest \d/m);
  });

  it('has a bill of materials that names every package inside, those of the page, and Electron, with their checksums', () => {
    const { components } = billOfMaterials() as { components: { name: string; version: string; hashes: object[]; licenses: object[] }[] };
    const listed = new Set(components.map(({ name }) => name));
    const packages = inside.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
    expect(packages.filter((name) => !listed.has(name))).toEqual([]);
    for (const name of ['react', '@xterm/xterm', 'electron']) expect(listed).toContain(name);
    expect(components.filter(({ hashes, licenses }) => hashes.length === 0 || licenses.length === 0)).toEqual([]);
    expect(listed).not.toContain('vitest');
  });

  it('has every package that it needs at run time: its command line and its web host start from what is inside', async () => {
    const app = join(folder, 'app');
    extractAll(join(resources, 'app.asar'), app);
    cpSync(join(resources, 'labs'), join(app, 'labs'), { recursive: true });
    const options = { cwd: folder, timeout: 60_000 };
    const { stdout } = await run(process.execPath, [join(app, 'out/main/cli.js'), 'list', '--data-dir', join(folder, 'data')], options);
    expect(stdout).toContain('too-many-open-files');
    expect((await run(process.execPath, [join(app, 'out/main/web.js'), '--help'], options)).stdout).toContain('--data-dir');
  });
});
