import { describe, expect, test } from 'vitest';
import { checkSources, importsOf, zoneOf } from './import-rules.mjs';

const check = (path: string, source: string) => checkSources([{ path, source }]).map(({ message }) => message);

describe('the import table', () => {
  test.each([
    ['src/main/core/store/store.ts', "import { app } from 'electron';"],
    ['src/main/core/store/store.ts', "import { router } from '../../api/router.ts';"],
    ['src/main/core/store/store.ts', "import type { Hub } from '../../transports/hub.ts';"],
    ['src/main/core/store/store.ts', "const later = await import('fastify');"],
    ['src/shared/domain/verdict.ts', "import { readFileSync } from 'node:fs';"],
    ['src/shared/domain/verdict.ts', "import * as z from 'zod';"],
    ['src/shared/contract/values.ts', "import { x } from '../../main/core/core.ts';"],
    ['src/main/api/labs.ts', "import fastify from 'fastify';"],
    ['src/main/web/server.ts', "import { createCore } from '../core/create-core.ts';"],
    ['src/main/web.ts', "import { window } from './electron/windows.ts';"],
    ['src/main/cli.ts', "import 'electron';"],
    ['src/preload/index.ts', "import { readFileSync } from 'node:fs';"],
    ['src/renderer/src/app/app.tsx', "import path from 'node:path';"],
    ['src/renderer/src/app/app.tsx', "import { ipcRenderer } from 'electron';"],
    ['src/renderer/src/app/app.tsx', "type Core = import('../../../main/core/core.ts').Core;"],
    ['src/renderer/src/app/app.tsx', "export { z } from 'left-pad';"],
    ['src/sidecar/load/main.ts', "import { probe } from '../../main/core/checks/probe.ts';"],
    ['src/sidecar/load/main.ts', "import ws from 'ws';"],
    ['src/main/core/a.test.ts', "import { app } from 'electron';"],
    ['src/main/core/a.ts', "import { helper } from './a.test.ts';"],
    ['src/main/core/a.ts', "import { run } from '../../../scripts/lib/run.mjs';"],
    ['src/elsewhere/a.ts', ''],
    ['e2e/support/a.ts', "import { app } from 'electron';"],
    ['bench/lib/a.ts', "import type { App } from 'electron';"],
    ['scripts/a.mjs', "const { app } = createRequire(import.meta.url)('electron');"],
    ['src/main/core/a.ts', "import { createRequire } from 'node:module'; createRequire(import.meta.url)('electron');"],
  ])('%s may not hold: %s', (path, source) => {
    expect(check(path, source)).toHaveLength(1);
  });

  test.each([
    ['src/main/core/store/store.ts', "import Database from 'better-sqlite3'; import { join } from 'node:path';"],
    ['src/main/core/store/store.ts', "import type { Verdict } from '../../../shared/domain/verdict.ts';"],
    ['src/main/web/server.ts', "import type { Core } from '../core/core.ts';"],
    ['src/main/electron/windows.ts', "import { BrowserWindow } from 'electron';"],
    [
      'src/renderer/src/app/app.tsx',
      "import { createRoot } from 'react-dom/client'; import '@xterm/xterm/css/xterm.css'; import './app.css';",
    ],
    ['src/main/core/a.test.ts', "import { test } from 'vitest'; import { needsEngine } from '../../test-support/requirements.ts';"],
  ])('%s may hold: %s', (path, source) => {
    expect(check(path, source)).toEqual([]);
  });

  test('tells the line and what is wrong', () => {
    const source = "// first\nimport type { Core } from '../core/core.ts';\nimport { createCore } from '../core/core.ts';\n";
    expect(checkSources([{ path: 'src/main/web/server.ts', source }])).toEqual([
      { path: 'src/main/web/server.ts', line: 3, message: 'web-host may import only types of core (../core/core.ts)' },
    ]);
  });

  test('sees every kind of import', () => {
    const source =
      "import a from 'a'; import type { B } from 'b'; export * from 'c'; export type { D } from 'd'; void import('e'); type F = import('f').F; import 'g';";
    const seen = importsOf({ path: 'x.ts', source }).map(({ specifier, types }) => (types ? `type ${specifier}` : specifier));
    expect(seen.sort()).toEqual(['a', 'c', 'e', 'g', 'type b', 'type d', 'type f']);
  });

  test('a file belongs to the zone of its folder', () => {
    expect(zoneOf('src/main/electron/menu.ts')?.zone).toBe('electron-host');
    expect(zoneOf('src/main/electronics.ts')).toBeUndefined();
  });
});

describe('the shape of the core', () => {
  const a = { path: 'src/main/core/labs/a.ts', source: "import { b } from '../runtime/b.ts';" };
  const b = { path: 'src/main/core/runtime/b.ts', source: "import { c } from '../engine/c.ts';" };

  test('folders may not import each other in a circle', () => {
    const c = { path: 'src/main/core/engine/c.ts', source: "import { a } from '../labs/a.ts';" };
    expect(checkSources([a, b])).toEqual([]);
    expect(checkSources([a, b, c]).map(({ message }) => message)).toEqual([
      'folders import each other in a circle: labs -> runtime -> engine -> labs',
    ]);
  });

  test('a circle of types alone is none when the program runs', () => {
    expect(checkSources([a, b, { path: 'src/main/core/engine/c.ts', source: "import type { A } from '../labs/a.ts';" }])).toEqual([]);
  });

  test('a file of more than 400 lines is one too many', () => {
    expect(check('src/main/core/long.ts', 'export {};\n'.repeat(400))).toEqual([]);
    expect(check('scripts/long.mjs', 'export {};\n'.repeat(401))).toEqual(['401 lines; at most 400 (one concern per file)']);
  });
});
