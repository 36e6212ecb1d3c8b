import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** What the app is built from. The programs for containers are in scripts/lib/sidecars.mjs, since electron-vite has no place for them. */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: { index: 'src/main/index.ts', web: 'src/main/web.ts', cli: 'src/main/cli.ts' },
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
      rolldownOptions: { input: { index: 'src/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: { rolldownOptions: { input: 'src/renderer/index.html' }, chunkSizeWarningLimit: 4_000 },
  },
});
