/** A small lab for tests of runtimes: a terminal, an HTTP service that can be told to misbehave, and an upstream. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComposeSchema } from '../main/core/labs/compose.ts';
import type { Lab } from '../main/core/labs/lab.ts';
import { ManifestSchema } from '../main/core/labs/manifest.ts';

/** GET / answers `ok`; /allocate?mb=N holds memory; /descriptors?n=N opens files; /requests counts the answers of `/`. */
const API = `import { openSync, appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
const held = [];
let answered = 0;
appendFileSync('log/api.log', 'api starts\\n');
createServer((request, response) => {
  const url = new URL(request.url, 'http://api');
  if (url.pathname === '/allocate') {
    for (let mb = Number(url.searchParams.get('mb')); mb > 0; mb -= 1) held.push(Buffer.alloc(1 << 20, 1));
  } else if (url.pathname === '/descriptors') {
    try {
      for (let n = Number(url.searchParams.get('n')); n > 0; n -= 1) held.push(openSync('/dev/null'));
    } catch (error) {
      response.statusCode = 500;
      return response.end(error.code);
    }
  } else if (url.pathname === '/requests') return response.end(String(answered));
  answered += 1;
  response.end('ok');
}).listen(3000);
`;

const UPSTREAM = `import { createServer } from 'node:http';
createServer((_, response) => response.end('upstream')).listen(4000);
`;

const PROBE = `export default async (probe) => {
  const url = probe.url('api', 3000);
  await probe.waitFor('the service never answered', async () => (await probe.request(url)).status === 200, 10_000);
  const [main] = await probe.processes('api');
  const state = await probe.service('api');
  const listeners = (await probe.sockets('api')).filter((socket) => socket.state === 'LISTEN' && socket.localPort === 3000);
  if (probe.args.giveUp) probe.giveUp('told to give up');
  return { descriptors: main.descriptors, restarts: state.restarts, listeners: listeners.length, held: listeners[0]?.pid === main.pid };
};
`;

const service = (role: string, command: string[], more: Record<string, unknown> = {}): Record<string, unknown> => ({
  image: 'ops-lab/base',
  command,
  init: true,
  mem_limit: '256m',
  cpus: 1,
  pids_limit: 128,
  ulimits: { nofile: { soft: 1024, hard: 4096 } },
  volumes: ['workspace:/lab'],
  'x-ops-lab': { role },
  ...more,
});

export interface SmallLab {
  readonly lab: Lab;
  readonly remove: () => Promise<void>;
}

export async function makeSmallLab(): Promise<SmallLab> {
  const folder = await mkdtemp(join(tmpdir(), 'ops-lab-small-'));
  await mkdir(join(folder, 'workspace', 'src'), { recursive: true });
  await mkdir(join(folder, 'services'));
  await mkdir(join(folder, 'probes'));
  await writeFile(join(folder, 'workspace', 'src', 'api.mjs'), API);
  await writeFile(join(folder, 'services', 'upstream.mjs'), UPSTREAM);
  await writeFile(join(folder, 'workspace', 'notes.txt'), 'first line\n');
  await writeFile(join(folder, 'workspace', 'run.sh'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
  await writeFile(join(folder, 'probes', 'facts.mjs'), PROBE);
  const compose = ComposeSchema.parse({
    services: {
      terminal: service('terminal', ['sleep', 'infinity'], { cap_add: ['SYS_PTRACE'] }),
      api: service('service', ['node', 'src/api.mjs'], {
        mem_limit: '96m',
        ulimits: { nofile: { soft: 128, hard: 128 } },
        environment: { GREETING: 'hello there' },
        restart: 'always',
        network_mode: 'service:terminal',
        pid: 'service:terminal',
        depends_on: ['upstream'],
      }),
      upstream: service('upstream', ['node', 'upstream.mjs'], { read_only: true, volumes: ['services:/lab:ro'] }),
    },
    volumes: { workspace: null, services: null },
  });
  const probe = {
    use: 'http-load',
    title: '',
    bounds: [{ measure: 'p99', label: 'p99', below: 100 }],
    with: { service: 'api', port: 3000, path: '/', rate: 10, seconds: 1 },
  };
  const manifest = ManifestSchema.parse({
    format: 1,
    title: 'Small lab',
    summary: 'For tests.',
    level: 'beginner',
    minutes: 5,
    concepts: ['tests'],
    resource: 'none',
    page: { severity: 'P3', text: 'Nothing is wrong.' },
    runtimes: { docker: {}, shell: {} },
    terminals: [
      { name: 'shell', title: 'Shell' },
      { name: 'log', title: 'Log', kind: 'log', file: 'log/api.log' },
    ],
    editor: { open: ['src/api.mjs'] },
    restartable: ['api'],
    load: [{ service: 'api', port: 3000, path: '/', rate: 20 }],
    probes: { latency: probe },
    objectives: [{ kind: 'repair', id: 'fast', title: 'It is fast.', probes: ['latency'], hold: 1 }],
  });
  const lab: Lab = {
    id: 'small-lab',
    folder,
    thirdParty: false,
    manifest,
    compose,
    hints: {},
    story: [],
    solutions: [],
    wrong: [],
    recordings: new Map(),
    workspaceFiles: ['notes.txt', 'run.sh', 'src/api.mjs'],
    serviceFiles: ['upstream.mjs'],
    probeFiles: ['facts.mjs'],
  };
  return { lab, remove: () => rm(folder, { recursive: true, force: true }) };
}
