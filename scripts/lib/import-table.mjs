// Who may import whom. docs/architecture.md explains it; import-rules.mjs enforces it; a file belongs to the first zone that matches.

const TERMINAL_SCREEN = ['@xterm/headless', '@xterm/addon-serialize', '@xterm/addon-unicode-graphemes'];

/** What tests and their helpers may import on top of what their zone may. */
export const TESTS_MAY = [
  'vitest',
  'fast-check',
  'vite',
  'node:*',
  'test-support',
  'core',
  'api',
  'transports',
  'web-host',
  'sidecar',
  'domain',
  'terminal-wire',
  'contract',
  '@orpc/client',
  '@orpc/server',
  '@orpc/contract',
  'ws',
  'yaml',
  'zod',
  'dockerode',
  'better-sqlite3',
];

/**
 * - `files`: path prefixes of the zone, relative to the root; a prefix that ends with `/` is a folder, another one a single file.
 * - `may`: names of other zones, packages, and `node:*`. A zone may always import itself.
 * - `mayTypes`: what it may import with `import type` only.
 * @typedef {{ zone: string, files: string[], may: string[], mayTypes?: string[] }} Zone
 */

/** @type {Zone[]} */
export const ZONES = [
  { zone: 'domain', files: ['src/shared/domain/'], may: [] },
  { zone: 'terminal-wire', files: ['src/shared/terminal-wire/'], may: [] },
  { zone: 'terminal-screen', files: ['src/shared/terminal-screen/'], may: ['terminal-wire'] },
  { zone: 'contract', files: ['src/shared/contract/'], may: ['domain', 'zod', '@orpc/contract'] },
  {
    zone: 'core',
    // Of the sidecars it takes the protocols, which both ends share; the programs themselves it starts as files.
    files: ['src/main/core/'],
    may: [
      'domain',
      'terminal-wire',
      'terminal-screen',
      'contract',
      'sidecar',
      'node:*',
      'zod',
      'yaml',
      'better-sqlite3',
      'node-pty',
      'dockerode',
      'tar-stream',
      ...TERMINAL_SCREEN,
    ],
  },
  {
    zone: 'api',
    files: ['src/main/api/'],
    may: ['core', 'domain', 'terminal-wire', 'contract', 'node:*', '@orpc/server', '@orpc/contract', 'zod'],
  },
  {
    zone: 'transports',
    files: ['src/main/transports/'],
    may: ['api', 'domain', 'terminal-wire', 'contract', 'node:*', '@orpc/server', '@orpc/client', '@orpc/contract', 'ws', 'zod'],
    mayTypes: ['core'],
  },
  {
    zone: 'web-host',
    files: ['src/main/web/'],
    may: [
      'api',
      'transports',
      'domain',
      'terminal-wire',
      'contract',
      'node:*',
      'fastify',
      '@fastify/cookie',
      '@fastify/static',
      'ws',
      'zod',
    ],
    mayTypes: ['core'],
  },
  {
    zone: 'electron-host',
    files: ['src/main/electron/'],
    may: ['api', 'transports', 'domain', 'terminal-wire', 'contract', 'node:*', 'electron'],
    mayTypes: ['core'],
  },
  {
    zone: 'electron-entry',
    files: ['src/main/index.ts'],
    may: ['entry-support', 'core', 'api', 'transports', 'electron-host', 'domain', 'terminal-wire', 'contract', 'node:*', 'electron'],
  },
  {
    zone: 'web-entry',
    files: ['src/main/web.ts'],
    may: ['entry-support', 'core', 'api', 'transports', 'web-host', 'domain', 'terminal-wire', 'contract', 'node:*'],
  },
  {
    zone: 'cli-entry',
    files: ['src/main/cli.ts', 'src/main/cli/'],
    may: ['entry-support', 'core', 'api', 'transports', 'domain', 'terminal-wire', 'contract', 'node:*', 'yaml', 'zod'],
  },
  // Where data is kept on each system, where the app's own files are, whether its native modules work: the entries share it.
  {
    zone: 'entry-support',
    files: [
      'src/main/app-files.ts',
      'src/main/app-files.test.ts',
      'src/main/data-directory.ts',
      'src/main/data-directory.core.test.ts',
      'src/main/natives.ts',
      'src/main/natives.core.test.ts',
    ],
    may: ['contract', 'node:*'],
    mayTypes: ['better-sqlite3'],
  },
  { zone: 'preload', files: ['src/preload/'], may: ['electron'], mayTypes: ['domain', 'terminal-wire', 'contract'] },
  {
    zone: 'renderer',
    files: ['src/renderer/'],
    may: [
      'domain',
      'terminal-wire',
      'terminal-screen',
      'contract',
      'react',
      'react-dom',
      'react-aria-components',
      'react-markdown',
      'react-resizable-panels',
      'wouter',
      'lucide-react',
      '@tanstack/react-query',
      '@orpc/client',
      'zod',
      '@xterm/xterm',
      '@xterm/addon-fit',
      '@xterm/addon-search',
      '@xterm/addon-web-links',
      '@xterm/addon-webgl',
      '@xterm/addon-unicode-graphemes',
      '@codemirror/commands',
      '@codemirror/lang-javascript',
      '@codemirror/lang-json',
      '@codemirror/lang-markdown',
      '@codemirror/lang-yaml',
      '@codemirror/language',
      '@codemirror/search',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
      'highlight.js',
      'rehype-highlight',
      'remark-gfm',
    ],
    mayTypes: ['@orpc/contract', 'vite'],
  },
  { zone: 'sidecar', files: ['src/sidecar/'], may: ['domain', 'node:*'] },
  { zone: 'test-support', files: ['src/test-support/'], may: TESTS_MAY },
];

/** Only these may import electron, tests included: importing it anywhere else tries to download it and throws. */
export const MAY_IMPORT_ELECTRON = ['src/main/electron/', 'src/main/index.ts', 'src/preload/'];

/** Folders below this one may not import each other in a circle (types aside). */
export const NO_CYCLES_IN = 'src/main/core/';

/** A source file that is longer has more than one concern. */
export const MAX_LINES = 400;
