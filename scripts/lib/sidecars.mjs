// The programs that run inside containers: each src/sidecar/<name>/main.ts becomes one self-contained file.
import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** @returns {string[]} names of the sidecar programs */
export function sidecarNames() {
  const directory = join(ROOT, 'src', 'sidecar');
  return readdirSync(directory).filter((name) => existsSync(join(directory, name, 'main.ts')));
}

/**
 * electron-vite knows main, preload and renderer only, and its main bundles share chunks; a sidecar has to be one file that is
 * copied into a container where no package is.
 * @param {string} name
 * @param {string} outDir folder for `<name>.mjs`
 * @returns {import('vite').InlineConfig}
 */
export function sidecarConfig(name, outDir) {
  return {
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node22',
      outDir,
      emptyOutDir: false,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { [name]: join(ROOT, 'src/sidecar', name, 'main.ts') },
        external: builtinModules.flatMap((module) => [module, `node:${module}`]),
        output: { format: 'es', entryFileNames: '[name].mjs', codeSplitting: false },
      },
    },
  };
}
