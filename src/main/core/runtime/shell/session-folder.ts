/** What a session's folder holds on the shell runtime, and the plan by which its supervisor works. */
import { chmod, copyFile, mkdir, open, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MARKER, type ServicePlan, SUPERVISOR_FILES, type SupervisorPlan } from '../../../../sidecar/supervisor/protocol.ts';
import { resolverOf } from '../../labs/compose.ts';
import type { Lab } from '../../labs/lab.ts';
import { SHELL_INTEGRATION } from '../../terminals/shell-integration.ts';

export interface ShellPrograms {
  /** The Node (or Electron, as Node) that runs the labs' programs, the supervisor and the observer. */
  readonly node: string;
  readonly electronRunAsNode: boolean;
  readonly observer: string;
  readonly isolation: SupervisorPlan['isolation'];
}

/** Paths within a session's folder. */
export function pathsOf(folder: string) {
  return {
    workspace: join(folder, 'workspace'),
    services: join(folder, 'services'),
    home: join(folder, 'home'),
    bin: join(folder, 'bin'),
    integration: join(folder, 'integration.bash'),
    plan: join(folder, SUPERVISOR_FILES.plan),
    log: join(folder, SUPERVISOR_FILES.log),
  };
}

/** The environment that every process of the session has: nothing of the host's own but what is named here. */
export function sessionEnvironment(folder: string): Record<string, string> {
  const { bin, home } = pathsOf(folder);
  return {
    PATH: [bin, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    HOME: home,
    LANG: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
    [MARKER.session]: folder,
  };
}

/** Makes or completes the folder and writes the plan. */
export async function prepareFolder(folder: string, lab: Lab, programs: ShellPrograms): Promise<void> {
  const paths = pathsOf(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  for (const directory of [join(paths.workspace, 'log'), paths.home, paths.bin]) await mkdir(directory, { recursive: true });
  await copyFiles(join(lab.folder, 'workspace'), lab.workspaceFiles, paths.workspace, 0o600);
  await copyFiles(join(lab.folder, 'services'), lab.serviceFiles, paths.services, 0o400);
  // Who follows a log waits for it from the start.
  for (const { kind, file } of lab.manifest.terminals) {
    if (kind !== 'log' || file === undefined) continue;
    await mkdir(dirname(join(paths.workspace, file)), { recursive: true });
    await (await open(join(paths.workspace, file), 'a')).close();
  }
  await writeFile(paths.integration, SHELL_INTEGRATION);
  // Nested shells read this one.
  await writeFile(join(paths.home, '.bashrc'), SHELL_INTEGRATION);
  await installNode(join(paths.bin, 'node'), programs);
  await writeFile(paths.plan, JSON.stringify(planOf(folder, lab, programs), null, 2), { mode: 0o600 });
}

/** @param owner mode bits that the copies have at least */
async function copyFiles(from: string, files: readonly string[], to: string, owner: number): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of files) {
    const target = join(to, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(from, file), target);
    await chmod(target, ((await stat(join(from, file))).mode & 0o777) | owner);
  }
}

/** `ps` shows the program as `node`, whatever it really is. */
async function installNode(path: string, programs: ShellPrograms): Promise<void> {
  if (programs.electronRunAsNode) {
    const quoted = `'${programs.node.replaceAll("'", "'\\''")}'`;
    await writeFile(path, `#!/usr/bin/env bash\nexport ELECTRON_RUN_AS_NODE=1\nexec -a node ${quoted} "$@"\n`, { mode: 0o755 });
  } else {
    await symlink(programs.node, path);
  }
}

function planOf(folder: string, lab: Lab, programs: ShellPrograms): SupervisorPlan {
  const { workspace, services } = pathsOf(folder);
  return {
    folder,
    workspace,
    isolation: programs.isolation,
    environment: sessionEnvironment(folder),
    hosts: Object.keys(lab.compose.services),
    resolver: resolverOf(lab.compose) !== null,
    services: inOrder(lab).map((name): ServicePlan => {
      const service = lab.compose.services[name];
      if (service === undefined) throw new Error(`no service ${name}`);
      return {
        name,
        command: service.command,
        environment: service.environment,
        softDescriptors: service.ulimits.nofile.soft,
        hardDescriptors: service.ulimits.nofile.hard,
        restart: service.restart,
        ports: service.expose.map(Number),
        directory: service.volumes.includes('services:/lab:ro') ? services : workspace,
        visible: service.pid !== undefined,
      };
    }),
    observer: [programs.node, programs.observer],
    observerEnvironment: observerEnvironment(folder, programs),
  };
}

/** @returns the environment of a session's observer */
export function observerEnvironment(folder: string, programs: ShellPrograms): Record<string, string> {
  return { ...sessionEnvironment(folder), ...(programs.electronRunAsNode ? { ELECTRON_RUN_AS_NODE: '1' } : {}) };
}

/** The services that are started, each after those it depends on. The terminal's service is the session's own shell. */
function inOrder(lab: Lab): string[] {
  const order: string[] = [];
  const visit = (name: string) => {
    const service = lab.compose.services[name];
    if (service === undefined || service['x-ops-lab'].role === 'terminal' || order.includes(name)) return;
    // A circle of dependencies is refused when the lab is loaded; here it must only not go on for ever.
    seen.add(name);
    for (const other of service.depends_on) if (!seen.has(other)) visit(other);
    order.push(name);
  };
  const seen = new Set<string>();
  for (const name of Object.keys(lab.compose.services)) visit(name);
  return order;
}
