// Run by build.mjs under a current Node: `bundle.mjs OUTDIR` makes main/, preload/, renderer/ and sidecar/ in it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { appConfig } from './app-config.mjs';
import { ROOT } from './paths.mjs';
import { sidecarConfig, sidecarNames } from './sidecars.mjs';

const outDir = process.argv[2];
if (outDir === undefined) throw new Error('bundle.mjs OUTDIR');

const { main, preload, renderer } = await appConfig('build', { outDir });
for (const part of [main, preload, renderer]) await build(part);
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
// What was bundled must also load: a package that exports other names than its types say shows only now.
for (const entry of ['main/web.js', 'main/cli.js']) {
  execFileSync(process.execPath, [join(outDir, entry), '--help'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], timeout: 30_000 });
}
