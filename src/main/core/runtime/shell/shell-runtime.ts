/**
 * Sessions as processes on this host. Each has a supervisor, a process of its own that outlives the host, and on Linux its
 * own user, pid, network and mount namespaces where the system allows. Limits on memory, processors and pids are not
 * enforced here; descriptors are. Only for the learner who sits at this machine.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { killAll, membersOf } from '../../../../sidecar/supervisor/process-table.ts';
import type { SupervisorInfo, SupervisorPlan } from '../../../../sidecar/supervisor/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Availability, Keep, Runtime, RuntimeSession, StartRequest } from '../runtime.ts';
import { pathsOf, prepareFolder, type ShellPrograms } from './session-folder.ts';
import { ShellSession } from './shell-session.ts';
import { SupervisorClient } from './supervisor-client.ts';

export interface ShellRuntimeOptions {
  /** Where the session folders are, each named by its session's id. */
  readonly sessionsFolder: string;
  /** Where the sidecar programs are: bundles (NAME.mjs), or sources (NAME/main.ts). */
  readonly sidecarFolder: string;
  /** Absolute path of the Node that runs the labs' programs. */
  readonly node: string;
  /** Whether `node` is Electron and has to be told to be Node. */
  readonly electronRunAsNode: boolean;
  /** `process-group` does without namespaces even where there are some. */
  readonly isolation?: SupervisorPlan['isolation'];
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 25_000;

/** The runtime of namespaces and processes; it starts nothing before a session does. */
export function createShellRuntime(options: ShellRuntimeOptions): Runtime {
  return new ShellRuntime(options);
}

class ShellRuntime implements Runtime {
  readonly kind = 'shell';
  readonly #options: ShellRuntimeOptions;
  readonly #programs: ShellPrograms;
  #captured: Promise<boolean> | null = null;

  constructor(options: ShellRuntimeOptions) {
    this.#options = options;
    this.#programs = {
      node: options.node,
      electronRunAsNode: options.electronRunAsNode,
      observer: sidecar(options.sidecarFolder, 'observer'),
      isolation: options.isolation ?? 'auto',
    };
  }

  async availability(lab: Lab): Promise<Availability> {
    const reason = this.#unavailable(lab);
    return { available: reason === '', reason };
  }

  async start(request: StartRequest): Promise<RuntimeSession> {
    const reason = this.#unavailable(request.lab);
    if (reason !== '') throw new OpsLabError('runtime-unavailable', reason);
    request.onProgress('Copying the files of the lab');
    await prepareFolder(request.folder, request.lab, this.#programs);
    request.onProgress('Starting the processes of the lab');
    const supervisor = this.#spawnSupervisor(request.folder);
    try {
      const client = await this.#waitForSupervisor(request, supervisor);
      return await this.#open(request, client);
    } catch (error) {
      supervisor.kill('SIGKILL');
      await killAll(() => membersOf(request.folder).map(({ pid }) => pid), 5000);
      throw error;
    }
  }

  async adopt(request: Omit<StartRequest, 'onProgress'>): Promise<RuntimeSession | null> {
    const client = await SupervisorClient.connect(request.folder);
    return client === null ? null : this.#open(request, client);
  }

  async sweep(keep: Keep): Promise<string[]> {
    const removed: string[] = [];
    for (const id of await readdir(this.#options.sessionsFolder).catch(() => [])) {
      if (keep.has(id)) continue;
      const folder = join(this.#options.sessionsFolder, id);
      const client = await SupervisorClient.connect(folder);
      if (client !== null) {
        await client.ask({ op: 'stop' }, { timeoutMs: STOP_TIMEOUT_MS }).catch(() => null);
        client.close();
        removed.push(`the processes of session ${id}`);
      }
      const members = membersOf(folder);
      if (members.length === 0) continue;
      await killAll(() => membersOf(folder).map(({ pid }) => pid), 5000);
      removed.push(`${members.length} stray processes of session ${id}`);
    }
    return removed;
  }

  #unavailable(lab: Lab): string {
    const { shell } = lab.manifest.runtimes;
    if (shell === undefined) return 'This lab needs containers: it does not run in a shell session.';
    const { platform } = process;
    if (!shell.systems.some((system) => system === platform))
      return `In a shell session this lab runs on ${shell.systems.join(', ')} only.`;
    if (platform === 'win32') return 'Shell sessions need Linux or macOS.';
    if (!onPath('bash')) return 'Shell sessions need bash. Install it (Debian: apt-get install bash).';
    if (!existsSync(this.#programs.node)) return `The Node that runs the lab is missing: ${this.#programs.node}. Install Ops Lab again.`;
    return '';
  }

  #spawnSupervisor(folder: string) {
    const log = openSync(pathsOf(folder).log, 'w', 0o600);
    try {
      const child = spawn(this.#programs.node, [sidecar(this.#options.sidecarFolder, 'supervisor'), folder], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', ...(this.#options.electronRunAsNode ? { ELECTRON_RUN_AS_NODE: '1' } : {}) },
        stdio: ['ignore', log, log],
        // A session of its own: it goes on when the host ends.
        detached: true,
      });
      child.once('error', () => {});
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #waitForSupervisor(request: StartRequest, child: ReturnType<typeof spawn>): Promise<SupervisorClient> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      if (request.signal.aborted) throw new OpsLabError('cancelled', 'The start was cancelled.');
      const client = await SupervisorClient.connect(request.folder);
      if (client !== null) return client;
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
        const log = await readFile(pathsOf(request.folder).log, 'utf8').catch(() => '');
        throw new OpsLabError(
          'runtime-unavailable',
          `The supervisor of the session did not start. Its last words: ${log.trim().slice(-500) || 'none'}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #open(request: Omit<StartRequest, 'onProgress'>, client: SupervisorClient): Promise<RuntimeSession> {
    this.#captured ??= reportsCommands();
    try {
      const info = await client.ask<SupervisorInfo>({ op: 'info' }, { signal: request.signal });
      const { folder, lab } = request;
      return new ShellSession({ folder, lab, client, info, programs: this.#programs, captured: await this.#captured });
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

function sidecar(folder: string, name: string): string {
  const bundle = join(folder, `${name}.mjs`);
  return existsSync(bundle) ? bundle : join(folder, name, 'main.ts');
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => directory !== '' && existsSync(join(directory, program)));
}

/** The integration needs bash 5.1; macOS ships 3.2. */
function reportsCommands(): Promise<boolean> {
  return new Promise((resolve) => {
    const argv = ['--norc', '-c', '((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501))'];
    execFile('bash', argv, { timeout: 5000 }, (error) => resolve(error === null));
  });
}
