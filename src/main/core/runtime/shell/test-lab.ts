/** Test support: a small lab of two services, made in a folder, and what a test needs around it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ComposeSchema } from '../../labs/compose.ts';
import type { Lab } from '../../labs/lab.ts';
import { ManifestSchema } from '../../labs/manifest.ts';

const SERVER = `const http = require('node:http');
http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3);
  if (request.url === '/open') { const fs = require('node:fs'); let n = 0; try { for (;;) { fs.openSync('/dev/null'); n++; } } catch (error) { return response.end(error.code + ' ' + n); } }
  if (request.url === '/upstream') return http.get(process.env.UPSTREAM, (answer) => answer.pipe(response));
  response.end(process.env.NAME + ' ' + process.pid);
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const PROBE = `export default async (probe) => {
  const before = await probe.request(probe.url('api', 3000) + '/');
  const [main] = await probe.processes('api');
  const { restarts } = await probe.service('api');
  return { status: before.status, descriptors: main.descriptors, restarts };
};
`;

const limits = {
  init: true,
  image: 'ops-lab/base',
  mem_limit: '64m',
  cpus: 1,
  pids_limit: 64,
  ulimits: { nofile: { soft: 64, hard: 64 } },
};

export function makeTestLab(folder: string): Lab {
  const files = new Map([
    ['workspace/server.js', SERVER],
    ['services/upstream.js', SERVER],
    ['workspace/notes/read.me', 'hello\n'],
    ['probes/look.mjs', PROBE],
  ]);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return {
    id: 'test-lab',
    folder,
    thirdParty: false,
    manifest: ManifestSchema.parse({
      format: 1,
      title: 'Test',
      summary: 'A lab for tests.',
      level: 'beginner',
      minutes: 5,
      concepts: ['tests'],
      resource: 'none',
      page: { severity: 'P3', text: 'Nothing is wrong.' },
      runtimes: { shell: {} },
      terminals: [{ name: 'main', title: 'main' }],
      editor: { open: ['server.js'] },
      restartable: ['api'],
      load: [{ service: 'api', port: 3000, path: '/load', rate: 20 }],
      probes: {},
      objectives: [{ kind: 'guard', id: 'up', title: 'It is up.', probes: ['none'] }],
    }),
    compose: ComposeSchema.parse({
      services: {
        host: {
          ...limits,
          command: ['sleep', 'infinity'],
          'x-ops-lab': { role: 'terminal' },
          ulimits: { nofile: { soft: 256, hard: 512 } },
        },
        api: {
          ...limits,
          command: ['node', 'server.js'],
          environment: { PORT: '3000', NAME: 'api', UPSTREAM: 'http://upstream:4000/' },
          restart: 'always',
          expose: ['3000'],
          depends_on: ['upstream'],
          pid: 'service:host',
          volumes: ['workspace:/lab'],
        },
        upstream: {
          ...limits,
          command: ['node', 'upstream.js'],
          volumes: ['services:/lab:ro'],
          environment: { PORT: '4000', NAME: 'upstream', UPSTREAM: 'http://api:3000/' },
          expose: ['4000'],
        },
      },
      volumes: { workspace: null, services: null },
    }),
    hints: {},
    story: [],
    solutions: [],
    wrong: [],
    recordings: new Map(),
    workspaceFiles: ['server.js', 'notes/read.me'],
    serviceFiles: ['upstream.js'],
    probeFiles: ['look.mjs'],
  };
}

/** A new empty folder, and what removes it. */
export function temporaryFolder(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `ops-lab-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
