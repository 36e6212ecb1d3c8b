// npm run package: the built app in Electron, for this system.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeBill } from './lib/bill-of-materials.mjs';
import { ensureBuild } from './lib/build.mjs';
import { electronDistribution } from './lib/electron-distribution.mjs';
import { helpText, parseOptions } from './lib/options.mjs';
import { ROOT, toolsDirectory } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain, StepError, say } from './lib/say.mjs';
import { setUp } from './lib/setup.mjs';

const DIST = join(ROOT, 'dist');
/** Installers are compressed: minutes on a slow machine. A tool that electron-builder cannot download ends by itself. */
const LIMIT_MS = 20 * 60_000;

/** @type {Record<string, import('./lib/options.mjs').OptionSpec>} */
const OPTIONS = {
  dir: { type: 'boolean', help: 'Only the unpacked app in dist/, no installers. Needs nothing but the Electron zip.' },
};

async function main() {
  const options = parseOptions(process.argv.slice(2), OPTIONS);
  if (options.help) {
    const about = 'Packages the app for this system into dist/: AppImage and deb, dmg, or an installer for Windows.';
    process.stdout.write(helpText('npm run package -- [options]', about, OPTIONS));
    return 0;
  }
  // In a fresh clone the electron package, whose version tells what to look for, is not there yet.
  const node = await setUp({ build: false });
  // Before the build, which would be for nothing without it.
  const electron = await electronDistribution();
  await ensureBuild(node);
  const log = join(toolsDirectory('logs'), 'package.log');
  rmSync(log, { force: true });
  rmSync(DIST, { recursive: true, force: true });
  say(`packaging with the Electron at ${electron} ...`);
  const builder = join(ROOT, 'node_modules/electron-builder/cli.js');
  const args = [builder, '--publish', 'never', ...(options.dir ? ['--dir'] : []), '--config', join(ROOT, 'electron-builder.config.mjs')];
  const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: electron };
  const result = await run(node, args, { cwd: ROOT, env, log, timeoutMs: LIMIT_MS });
  if (!result.ok) {
    throw new StepError(`the app could not be packaged (${result.message})`, {
      log,
      todo: options.dir
        ? 'Read the end of the log.'
        : 'Read the end of the log. Installers need tools that electron-builder downloads; npm run package -- --dir needs none.',
    });
  }
  if (!existsSync(DIST)) throw new StepError('electron-builder made no dist/', { log, todo: 'Read the log.' });
  writeBill(join(DIST, 'ops-lab.cdx.json'));
  say(`the package is in ${DIST}`);
  return 0;
}

await runMain(main);
