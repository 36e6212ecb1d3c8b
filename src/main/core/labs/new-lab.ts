/** What `lab new` writes: the smallest lab that has every part and proves on both runtimes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';

const LAB = `# yaml-language-server: $schema=../lab.schema.json
# Every key is explained in docs/lab-authoring.md.
format: 1
title: The service that answers one at a time
summary: A small web service answers slowly as soon as more than a few people ask at once.
level: beginner
minutes: 15
concepts: [event loop, latency]
resource: CPU thread
page:
  severity: P2
  text: Answers of the shop's front page take seconds instead of a tenth of one. The machine is not busy with anything else.
runtimes:
  docker: {}
  shell: { systems: [linux, darwin] }
terminals:
  - { name: main, title: Shell }
  - { name: log, title: Log of app, kind: log, file: log/app.log }
editor: { open: [server.js] }
restartable: [app]
load:
  - { service: app, port: 8080, path: /, rate: 5 }
probes:
  load:
    use: http-load
    title: 15 requests a second for 2 seconds
    with: { service: app, port: 8080, path: /, rate: 15, seconds: 2 }
    bounds:
      - measure: p99
        label: 99th percentile of the time to an answer
        unit: ms
        below: 1000
        because: One in a hundred waits {p99} ms or longer.
      - { measure: failed, label: Requests without a good answer, equals: 0 }
objectives:
  - kind: diagnosis
    id: cause
    title: Say what the requests are waiting for
    question: What makes a request wait?
    options:
      - { id: network, text: The network is slow., because: Client and service talk over the loopback interface; nothing is lost there. }
      - { id: thread, text: 'The requests before it, which keep the only thread of JavaScript busy.', correct: true }
      - { id: memory, text: There is not enough memory., because: The service uses a small part of its limit. }
    evidence:
      pins: 1
      accept:
        - { pattern: 'kept the thread busy for \\d+ ms', shows: Each request keeps the thread to itself. }
    supported-by: { probe: load }
  - kind: repair
    id: responsive
    title: Many can ask at once
    detail: The 99th percentile stays under a second at 15 requests a second.
    probes: [load]
    hold: 10
check-every: 15
`;

const COMPOSE = `services:
  host:
    image: ops-lab/base
    command: [sleep, infinity]
    init: true
    working_dir: /lab
    mem_limit: 256m
    cpus: 1
    pids_limit: 128
    ulimits: { nofile: { soft: 1024, hard: 4096 } }
    networks: [lab]
    volumes: ['workspace:/lab']
    x-ops-lab: { role: terminal }
  app:
    image: ops-lab/base
    command: [sh, -c, exec node server.js >>log/app.log 2>&1]
    init: true
    working_dir: /lab
    environment: { PORT: '8080' }
    mem_limit: 128m
    cpus: 1
    pids_limit: 64
    ulimits: { nofile: { soft: 1024, hard: 1024 } }
    restart: always
    expose: ['8080']
    # In the terminal's own namespaces: ps and ss in the terminal see this service.
    pid: service:host
    network_mode: service:host
    volumes: ['workspace:/lab']
networks:
  lab: { internal: true }
volumes:
  workspace:
`;

const HINTS = `cause:
  - title: Where to look
    text: The service writes one line for each request. Read a few of them while requests arrive.
    cost: 5
responsive:
  - title: One after the other
    text: While one request is being answered, no other one is. Find what the handler does in that time.
    cost: 5
    when-failing: load
  - title: Waiting is not working
    text: The handler only waits. Waiting can be left to the event loop, which answers others meanwhile.
    cost: 15
    when-failing: load
`;

const STORY = `# The service that answers one at a time

## Symptoms

One request is answered in about 150 ms. Fifteen at once take seconds, and the more people ask, the longer each one waits.

## Investigation

The log has a line for each request:

\`\`\`recording
log-line
\`\`\`

While that time passes nothing else runs: the next request waits in the kernel's queue.

## Root cause

The handler waits in a loop that looks at the clock. The loop keeps the only thread that runs JavaScript, so requests are
answered strictly one after the other: at 150 ms each, not seven a second.

## Fix

Let a timer wait instead of a loop. The handler then gives the thread back, and many requests wait at the same time.

## Prevention

Watch a high percentile of the time to an answer, not the average, and alert on the delay of the event loop.

## What the popular story gets wrong

A restart empties the queue, and for a moment all looks well. The queue fills again as fast as it did before.
`;

const server = (wait: string, words: string) => `// A web service of one file. PORT says where it listens.
const http = require('node:http');

const PREPARE_MS = 150;

${wait}
http
  .createServer(async (request, response) => {
    const began = Date.now();
    await prepare();
    console.log(\`\${request.method} \${request.url} ${words} \${Date.now() - began} ms\`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ready: true }));
  })
  .listen(Number(process.env.PORT));
`;

const BROKEN = server(
  `/** Takes as long as preparing an answer takes. */
async function prepare() {
  const until = Date.now() + PREPARE_MS;
  while (Date.now() < until) {
    // Looks at the clock until it is time.
  }
}
`,
  'kept the thread busy for',
);

const FIXED = server(
  `/** Takes as long as preparing an answer takes, and leaves the thread to others meanwhile. */
function prepare() {
  return new Promise((resolve) => setTimeout(resolve, PREPARE_MS));
}
`,
  'was answered after',
);

const SOLUTION = `title: Wait with a timer
text: The handler gives the thread back while it waits, so many requests wait at the same time. Costs nothing.
expect: { responsive: fixed }
restart: [app]
`;

const WRONG = `title: Restart it
text: A restart drops the queue and looks like a cure for a second; every request still keeps the thread for itself.
expect: { responsive: not-yet }
restart: [app]
`;

const RECORDING = `title: One line of the log
runtime: shell
command: tail -n 1 log/app.log
wait: 2
volatile:
  - { pattern: '\\d+ ms', as: N ms }
output: |
  GET / kept the thread busy for 150 ms
`;

/** The files of a new lab by relative path. */
export const NEW_LAB_FILES: ReadonlyMap<string, string> = new Map([
  ['lab.yaml', LAB],
  ['compose.yaml', COMPOSE],
  ['hints.yaml', HINTS],
  ['story.md', STORY],
  ['workspace/server.js', BROKEN],
  ['workspace/log/.gitkeep', ''],
  ['solutions/wait-with-a-timer/solution.yaml', SOLUTION],
  ['solutions/wait-with-a-timer/files/server.js', FIXED],
  ['wrong/restart/solution.yaml', WRONG],
  ['recordings/log-line.yaml', RECORDING],
]);

/**
 * Writes a complete small lab.
 * @param labs folder of labs, made when it is not there
 * @returns the absolute folder of the new lab
 * @throws OpsLabError `invalid` for an id that is none, `conflict` when the folder is there already
 */
export async function writeNewLab(labs: string, id: string): Promise<string> {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) || id.length > 64) {
    throw new OpsLabError('invalid', `“${id}” cannot be the id of a lab. Use lower-case words joined by hyphens, such as slow-disk.`);
  }
  const folder = join(labs, id);
  await mkdir(labs, { recursive: true });
  try {
    await mkdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new OpsLabError('conflict', `${folder} is there already. Choose another id, or remove that folder first.`);
    }
    throw error;
  }
  for (const [path, content] of NEW_LAB_FILES) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { flag: 'wx' });
  }
  return folder;
}
