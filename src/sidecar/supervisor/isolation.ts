/**
 * Where the processes of a session run: in user, pid, network and mount namespaces of their own, held by an init that
 * ends with the supervisor, so that nothing survives it; or, where the system refuses, in process groups.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { childOf, innerPid } from './process-table.ts';
import { RESOLVER, type SupervisorPlan } from './protocol.ts';

export interface Isolation {
  /** See SupervisorInfo. */
  readonly enter: readonly string[];
  readonly enterNetwork: readonly string[];
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly withoutNamespaces: string;
  /** The init of the namespaces; null in process groups. */
  readonly init: ChildProcess | null;
  /** The proc file system that shows the session's processes with the pids that the learner sees. */
  readonly proc: string;
}

const START_TIMEOUT_MS = 10_000;

/**
 * Pid 1 of the session. Bash, because it reaps orphans, and because `read` on the pipe from the supervisor ends with it.
 * `$1` is the session's own hosts file.
 */
const INIT = 'ip link set lo up && mount --bind "$1" /etc/hosts && echo ready && read -r';

/**
 * With a resolver of the session's own ($2: resolv.conf, $3: nsswitch.conf). Without the second a name could be asked of a service
 * of this machine through a socket file, which no network namespace hides; nscd is one, too.
 */
const OWN_NAMES =
  'mount --bind "$2" /etc/resolv.conf && mount --bind "$3" /etc/nsswitch.conf && { [ ! -d /run/nscd ] || mount -t tmpfs none /run/nscd; } && ';

/** Resolves with namespaces, or with process groups and the reason. */
export async function isolate(plan: SupervisorPlan): Promise<Isolation> {
  if (plan.isolation === 'process-group') return withoutNamespaces(plan, 'namespaces are switched off');
  if (process.platform !== 'linux') return withoutNamespaces(plan, 'this system has no namespaces');
  const hosts = join(plan.folder, 'hosts');
  writeFileSync(hosts, `127.0.0.1 localhost ${plan.hosts.join(' ')}\n::1 localhost ip6-localhost\n`);
  const names = [join(plan.folder, 'resolv.conf'), join(plan.folder, 'nsswitch.conf')];
  if (plan.resolver) {
    writeFileSync(names[0] ?? '', `nameserver ${RESOLVER}\n`);
    writeFileSync(names[1] ?? '', 'passwd: files\ngroup: files\nhosts: files dns\n');
  }
  const init = plan.resolver ? `${OWN_NAMES}${INIT}` : INIT;
  const kinds = ['--pid', '--net', '--mount'];
  const refused: string[] = [];
  // Root may be refused a user namespace, in a container for example, and still be allowed the others.
  for (const user of process.getuid?.() === 0 ? [true, false] : [true]) {
    const options = [...(user ? ['--user', '--map-root-user'] : []), ...kinds, '--fork', '--mount-proc', '--kill-child'];
    const started = await startInit([...options, '--', 'bash', '--norc', '-c', init, 'session', hosts, ...names], plan);
    if (typeof started === 'string') {
      refused.push(started);
      continue;
    }
    const credentials = user ? ['--user', '--preserve-credentials'] : [];
    const target = ['nsenter', '--target', String(started.init), ...credentials];
    return {
      enter: [...target, ...kinds, '--'],
      enterNetwork: [...target, '--net', '--'],
      ports: {},
      withoutNamespaces: '',
      init: started.child,
      proc: `/proc/${started.init}/root/proc`,
    };
  }
  return withoutNamespaces(plan, refused.join('; '));
}

/** @returns the child and the init's pid as seen from here, or why it could not be started */
function startInit(args: readonly string[], plan: SupervisorPlan): Promise<{ child: ChildProcess; init: number } | string> {
  return new Promise((resolve) => {
    const child = spawn('unshare', args, { cwd: plan.workspace, env: { ...plan.environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    let heard = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    const settle = (outcome: { child: ChildProcess; init: number } | string) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.on('error', (error) => settle(error.message));
    child.on('close', () => settle(heard.trim().split('\n').at(-1) || 'unshare ended at once'));
    // The pipe breaks when the init ends first; 'close' tells.
    child.stdin?.on('error', () => {});
    child.stderr?.on('data', (chunk: Buffer) => {
      if (heard.length < 2000) heard += chunk.toString();
    });
    child.stdout?.once('data', () => {
      const init = child.pid === undefined ? null : childOf(child.pid);
      if (init !== null && innerPid(init) === 1) settle({ child, init });
      else child.kill('SIGKILL');
    });
  });
}

/** @throws Error for a session that cannot do without: its resolver would be this machine's */
function withoutNamespaces(plan: SupervisorPlan, reason: string): Promise<Isolation> {
  if (plan.resolver) throw new Error(`This lab needs namespaces of its own, and this machine gives none: ${reason}`);
  return processGroups(plan, reason);
}

/** Ports that every session would want alike are moved to free ones. */
async function processGroups(plan: SupervisorPlan, reason: string): Promise<Isolation> {
  const ports: Record<string, Record<string, number>> = {};
  for (const service of plan.services) {
    const own: Record<string, number> = {};
    for (const port of service.ports) own[String(port)] = await freePort();
    ports[service.name] = own;
  }
  return { enter: [], enterNetwork: [], ports, withoutNamespaces: reason, init: null, proc: '/proc' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * The environment of a service with `NAME:PORT` of a service, and a value that is only a port of its own, led to the
 * ports in use.
 */
export function remapEnvironment(
  environment: Readonly<Record<string, string>>,
  service: string,
  ports: Isolation['ports'],
): Record<string, string> {
  const mapped: Record<string, string> = {};
  for (const [key, value] of Object.entries(environment)) {
    const own = ports[service]?.[value];
    mapped[key] =
      own !== undefined
        ? String(own)
        : value.replace(/([a-z0-9-]+):(\d{1,5})\b/g, (found, name: string, port: string) => {
            const moved = ports[name]?.[port];
            return moved === undefined ? found : `127.0.0.1:${moved}`;
          });
  }
  return mapped;
}
