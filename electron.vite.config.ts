import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** @param path relative to this file @returns the whole path: the renderer has a root of its own */
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the app is built from. The programs for containers are in scripts/lib/sidecars.mjs, since electron-vite has no place for them. */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: { index: file('src/main/index.ts'), web: file('src/main/web.ts'), cli: file('src/main/cli.ts') },
        output: {
          entryFileNames: '[name].js',
          // Beside the entries and not in a folder below: import.meta.dirname is then out/main in every module.
          chunkFileNames: 'shared-[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file that can require nothing but electron.
      externalizeDeps: false,
      rolldownOptions: { input: { index: file('src/preload/index.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: file('src/renderer'),
    plugins: [react()],
    build: {
      target: 'es2023',
      minify: true,
      modulePreload: { polyfill: false },
      // 41 kB in all. A screen's own sheet would not be asked for again when it did not arrive.
      cssCodeSplit: false,
      rolldownOptions: { input: file('src/renderer/index.html') },
      chunkSizeWarningLimit: 4_000,
    },
  },
});
