// Run by build.mjs under a current Node: `bundle.mjs OUTDIR` makes main/, preload/, renderer/ and sidecar/ in it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildApp } from 'electron-vite';
import { build } from 'vite';
import { sidecarConfig, sidecarNames } from './sidecars.mjs';

const outDir = process.argv[2];
if (outDir === undefined) throw new Error('bundle.mjs OUTDIR');

await buildApp({ build: { outDir }, logLevel: 'warn' });
const sidecars = sidecarNames();
for (const name of sidecars) await build(sidecarConfig(name, join(outDir, 'sidecar')));

const expected = [
  'main/index.js',
  'main/web.js',
  'main/cli.js',
  'preload/index.cjs',
  'renderer/index.html',
  ...sidecars.map((name) => `sidecar/${name}.mjs`),
];
const missing = expected.filter((file) => !existsSync(join(outDir, file)));
if (missing.length > 0) throw new Error(`the build made no ${missing.join(', ')}`);
