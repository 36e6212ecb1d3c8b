import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the renderer by itself; the hosts' build uses the same root and output. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { outDir: '../../out/renderer', emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
});
