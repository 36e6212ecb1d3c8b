/**
 * The supervisor of one session on the shell runtime. It is a process of its own, so that the session goes on when the
 * app is closed or crashes, and is found again through the socket in the session's folder. Its argument is that folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { readProcfs } from '../observer/procfs.ts';
import { type Isolation, isolate, remapEnvironment } from './isolation.ts';
import { killAll, membersOf } from './process-table.ts';
import {
  MARKER,
  type ServicePlan,
  SUPERVISOR_FILES,
  type SupervisorAnswer,
  type SupervisorInfo,
  type SupervisorPlan,
  type SupervisorRequest,
} from './protocol.ts';
import { Service } from './service.ts';

const MAX_LINE = 1_000_000;
const STOP_TIMEOUT_MS = 10_000;
const LOAD_AGAIN_MS = 500;

const folder = process.argv[2] ?? '.';
process.chdir(folder);
const plan = JSON.parse(readFileSync(SUPERVISOR_FILES.plan, 'utf8')) as SupervisorPlan;
const isolation = await isolate(plan).catch((error: unknown) => {
  // The last words in the log are what the learner is told.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
const info: SupervisorInfo = {
  pid: process.pid,
  enter: isolation.enter,
  enterNetwork: isolation.enterNetwork,
  ports: isolation.ports,
  withoutNamespaces: isolation.withoutNamespaces,
};
let stopping = false;
let load: ChildProcess | null = null;

const services = new Map(plan.services.map((service) => [service.name, makeService(service)]));

/**
 * The ports by which a service finds others. The session's hosts file belongs to the mount namespace, which upstreams do not
 * share: for them a name with its port is led to loopback, where everything of the session is.
 */
function portsFor(service: ServicePlan): Isolation['ports'] {
  if (service.visible || isolation.init === null) return isolation.ports;
  return Object.fromEntries(plan.services.map(({ name, ports }) => [name, Object.fromEntries(ports.map((port) => [String(port), port]))]));
}

function makeService(service: ServicePlan): Service {
  const { softDescriptors: soft, hardDescriptors: hard } = service;
  // The limit is set by the shell that becomes the program: it is there on every system.
  const limited = ['bash', '-c', `ulimit -Sn ${soft} && ulimit -Hn ${hard} && exec "$@"`, 'limits', ...service.command];
  const dying = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];
  const wrapped = service.visible && isolation.enter.length > 0;
  // Behind nsenter the working directory must be found again: the one before it belongs to another mount namespace.
  const place = wrapped ? [...isolation.enter, 'env', '-C', service.directory] : isolation.enterNetwork;
  return new Service({
    plan: service,
    argv: [...place, ...dying, ...limited],
    environment: {
      ...plan.environment,
      ...remapEnvironment(service.environment, service.name, portsFor(service)),
      [MARKER.service]: service.name,
    },
    cwd: service.directory,
    wrapped,
    members: () => pidsOf(service.name),
  });
}

function pidsOf(service: string): number[] {
  return membersOf(plan.folder)
    .filter((member) => member.service === service)
    .map((member) => member.pid);
}

async function startAll(): Promise<void> {
  for (const service of services.values()) await service.start();
}

function find(name: string): Service {
  const service = services.get(name);
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}

/** Facts of a service's processes, with the pids that the learner sees where they can be seen. */
function processesOf({ name, visible }: ServicePlan) {
  const proc = visible ? isolation.proc : '/proc';
  const members = new Set(
    membersOf(plan.folder, proc)
      .filter((member) => member.service === name)
      .map((member) => member.pid),
  );
  return readProcfs(proc)
    .processes.filter((record) => members.has(record.pid))
    .map(({ cgroup: _cgroup, network: _network, ...record }) => ({ ...record, descriptors: record.descriptors ?? 0 }));
}

/**
 * The TCP sockets of the session's network namespace, whoever holds them; in process groups those that a process of the
 * session holds, or that nobody holds any more on a port of the service. Ports are those of compose.yaml.
 */
function socketsOf(service: Service) {
  const { sockets } = readProcfs(isolation.proc);
  const members = new Set(isolation.init === null ? membersOf(plan.folder).map((member) => member.pid) : []);
  const moved = new Map(
    Object.values(isolation.ports).flatMap((ports) => Object.entries(ports).map(([port, used]) => [used, Number(port)] as const)),
  );
  const own = Object.values(isolation.ports[service.plan.name] ?? {});
  return sockets
    .filter(({ pid, localPort }) => isolation.init !== null || members.has(pid) || (pid === 0 && own.includes(localPort)))
    .map(({ network: _network, ...socket }) => ({
      ...socket,
      localPort: moved.get(socket.localPort) ?? socket.localPort,
      remotePort: moved.get(socket.remotePort) ?? socket.remotePort,
    }));
}

function startLoad(job: unknown): void {
  if (load !== null || stopping) return;
  const [file = '', ...args] = [...isolation.enterNetwork, ...plan.observer, '--job', JSON.stringify(job)];
  load = spawn(file, args, { env: { ...plan.observerEnvironment, [MARKER.session]: plan.folder }, stdio: 'ignore' });
  const again = () => {
    load = null;
    if (!stopping) setTimeout(() => startLoad(job), LOAD_AGAIN_MS);
  };
  load.once('exit', again);
  load.once('error', again);
}

/** Ends everything and itself. @returns pids that could not be ended */
async function stop(): Promise<number[]> {
  stopping = true;
  isolation.init?.kill('SIGKILL');
  const stopped = Promise.all([...services.values()].map((service) => service.stop()));
  const left = await killAll(() => membersOf(plan.folder).map((member) => member.pid), STOP_TIMEOUT_MS);
  await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS))]);
  rmSync(SUPERVISOR_FILES.socket, { force: true });
  return left;
}

function quit(): never {
  process.exit(0);
}

const ready = startAll();
// Whoever asks is told; nobody may be asking yet.
ready.catch(() => {});

async function answer(request: SupervisorRequest): Promise<unknown> {
  switch (request.op) {
    case 'info':
      return info;
    case 'ready':
      return await ready;
    case 'services':
      return [...services.values()].map((service) => service.status);
    case 'restart':
      return await find(request.service).restart();
    case 'processes':
      return processesOf(find(request.service).plan);
    case 'sockets':
      return socketsOf(find(request.service));
    case 'load':
      return startLoad(request.job);
    case 'stop':
      return await stop();
  }
}

async function handle(socket: Socket, line: string): Promise<void> {
  const request = JSON.parse(line) as SupervisorRequest;
  let reply: SupervisorAnswer;
  try {
    reply = { id: request.id, result: (await answer(request)) ?? null };
  } catch (error) {
    reply = { id: request.id, failure: error instanceof Error ? error.message : String(error) };
  }
  const text = `${JSON.stringify(reply)}\n`;
  if (request.op !== 'stop') socket.write(text);
  else socket.end(text, quit);
}

const server = createServer((socket) => {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) socket.destroy();
    for (const line of lines) handle(socket, line).catch(() => socket.destroy());
  });
});

// Without its init the session is gone, whoever ended it.
isolation.init?.once('exit', () => {
  if (!stopping) void stop().then(quit);
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop().then(quit));

rmSync(SUPERVISOR_FILES.socket, { force: true });
const before = process.umask(0o177);
server.listen(SUPERVISOR_FILES.socket);
process.umask(before);
