/** The sidecar programs, bundled for a test into a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @returns the folder with observer.mjs, and a function that removes it */
export async function bundleObserver(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ops-lab-sidecar-'));
  await bundleSidecar('observer', folder);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Puts `NAME.mjs` into `folder`. */
export async function bundleSidecar(name: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL(`../sidecar/${name}/main.ts`, import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node22',
      rollupOptions: { output: { entryFileNames: `${name}.mjs`, format: 'es' } },
    },
    ssr: { noExternal: true },
  });
}
