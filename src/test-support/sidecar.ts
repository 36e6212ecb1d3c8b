/** The sidecar programs, bundled for a test into a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @returns the folder with observer.mjs, and a function that removes it */
export async function bundleObserver(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ops-lab-sidecar-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('../sidecar/observer/main.ts', import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node22',
      rollupOptions: { output: { entryFileNames: 'observer.mjs', format: 'es' } },
    },
    ssr: { noExternal: true },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
