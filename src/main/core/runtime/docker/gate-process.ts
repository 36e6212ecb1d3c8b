/**
 * The gate of one session (src/sidecar/gate): a process beside the core, whose socket is mounted into the learner's terminal as
 * /var/run/docker.sock. It ends with the core and is started again when the session is adopted.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { EngineDetails } from '../../engine/engine.ts';
import { whichProgram } from '../../engine/which.ts';
import { labelsOf, type SessionIdentity } from './names.ts';

/** The value of the label `service` on all that a learner made: no service of a lab can be called so. */
export const GATE = '~gate';

export interface GateProgram {
  /** Node, or an Electron binary that is told to behave as Node. */
  readonly node: string;
  readonly electronRunAsNode: boolean;
  /** The bundled program. */
  readonly file: string;
}

/** What is mounted into the terminal, read-only. */
export interface HostMount {
  readonly source: string;
  readonly target: string;
}

export interface GateStart {
  readonly identity: SessionIdentity;
  readonly details: EngineDetails;
  readonly sessionNetwork: string;
  readonly terminal: string;
  /** Services that are not the learner's: nobody may take their names on the session's network. */
  readonly reservedNames: readonly string[];
  /** Services that are the learner's, and may be made anew by them. */
  readonly serviceNames: readonly string[];
  /** Called when a container of the learner's takes the place of a service, now and after each start of the gate. */
  onRebuilt(service: string, containerId: string): void;
  readonly workspaceVolume: string;
  /** Ids by the name that learners write. */
  readonly images: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
  /** Id of the lab's resolver. */
  readonly resolver: string | null;
}

interface GateService {
  readonly name: string;
  readonly id: string;
}

const START_TIMEOUT = 15_000;
const END_TIMEOUT = 120_000;
const RESTART_AFTER = 500;
const MOST_RESTARTS = 5;

/** @returns why a lab whose learner uses the engine cannot run here, or null */
export function gateObstacle({ endpoint, flavour }: EngineDetails): string | null {
  if (flavour === 'docker' && endpoint.url.startsWith('unix://') && process.platform === 'linux') {
    return whichProgram('docker') === null ? 'This lab puts the docker command line into its terminal, and none is on the PATH.' : null;
  }
  return 'In this lab you use docker yourself. That needs a Docker Engine on this Linux machine; Docker Desktop, Podman and engines elsewhere cannot be given a socket of ours.';
}

export class GateProcess {
  readonly #program: GateProgram;
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #services: readonly GateService[] = [];
  #onRebuilt: GateStart['onRebuilt'] = () => {};
  #stopped = false;
  #restarts = 0;

  /** @param folder the session's own; the gate keeps `gate/` and `engine/` in it */
  constructor(program: GateProgram, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  /**
   * Makes the folder of the socket, before the terminal that it is mounted into.
   * The folder is mounted and not the socket, so that a gate that was started again is found.
   */
  async prepare(): Promise<readonly HostMount[]> {
    await mkdir(this.#private, { recursive: true, mode: 0o700 });
    await mkdir(this.#public, { recursive: true });
    await chmod(this.#public, ownedByRoot() ? 0o750 : 0o755);
    const client = whichProgram('docker');
    if (client === null) throw new OpsLabError('runtime-unavailable', 'The docker command line is not on the PATH any more.');
    return [
      { source: this.#public, target: '/run/ops-lab' },
      { source: await realpath(client), target: '/usr/local/bin/docker' },
    ];
  }

  /** Resolves when the gate listens. @throws OpsLabError `engine-failed` */
  async start(request: GateStart): Promise<void> {
    const { identity, details, sessionNetwork, terminal, reservedNames, serviceNames, workspaceVolume, images, capabilities, resolver } =
      request;
    const config = {
      sessionId: identity.sessionId,
      engineSocket: details.endpoint.url.slice('unix://'.length),
      listenSocket: join(this.#public, 'docker.sock'),
      // Root in the terminal has no capabilities: a socket of another user has to be open to it. The data directory keeps others out.
      socketMode: ownedByRoot() ? 0o660 : 0o666,
      ledgerFile: join(this.#private, 'ledger.jsonl'),
      workspaceVolume,
      workspacePath: '/lab',
      sessionNetworkId: sessionNetwork,
      terminalContainerId: terminal,
      allowedImages: [...images].map(([name, id]) => ({ name: `${name}:latest`, id })),
      capabilities,
      reservedNames: ['observer', 'load', ...reservedNames],
      serviceNames,
      resolver: resolver === null ? null : { containerId: resolver, folder: join(this.#private, 'resolv') },
      forwardPorts: true,
      labels: labelsOf(identity, GATE),
      secret: await this.#secret(),
    };
    this.#onRebuilt = request.onRebuilt;
    await writeFile(this.#config, JSON.stringify(config), { mode: 0o600 });
    await this.#spawn();
  }

  /** Hands containers of the lab to the learner, now and after a restart of the gate. */
  share(services: readonly GateService[]): void {
    this.#services = services;
    this.#child?.stdin?.write(`${JSON.stringify({ services })}\n`);
  }

  /** Ends the process; what the learner has made stays. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }

  /** Ends the process and removes what the learner has made. @returns what could not be removed */
  async end(): Promise<string[]> {
    await this.stop();
    try {
      await access(this.#config);
    } catch {
      // It never came to a gate.
      return [];
    }
    const { file, args, env } = this.#command('end');
    const output = await new Promise<string>((resolve, reject) => {
      execFile(file, args, { env, timeout: END_TIMEOUT }, (error, stdout) => (error && stdout === '' ? reject(error) : resolve(stdout)));
    });
    const answer = JSON.parse(output) as { left?: string[]; error?: string };
    if (answer.error !== undefined)
      throw new OpsLabError('engine-failed', `The learner's containers could not be removed: ${answer.error}`, {}, true);
    return answer.left ?? [];
  }

  get #private(): string {
    return join(this.#folder, 'gate');
  }

  get #public(): string {
    return join(this.#folder, 'engine');
  }

  get #config(): string {
    return join(this.#private, 'config.json');
  }

  /** The same one for the whole session: labels made before a restart carry its code. */
  async #secret(): Promise<string> {
    try {
      return String((JSON.parse(await readFile(this.#config, 'utf8')) as { secret?: unknown }).secret);
    } catch {
      return randomBytes(32).toString('hex');
    }
  }

  #command(verb: 'serve' | 'end'): { file: string; args: string[]; env: NodeJS.ProcessEnv } {
    const { node, electronRunAsNode, file } = this.#program;
    return {
      file: node,
      args: [file, verb, this.#config],
      env: { PATH: process.env.PATH, ...(electronRunAsNode ? { ELECTRON_RUN_AS_NODE: '1' } : {}) },
    };
  }

  async #spawn(): Promise<void> {
    const { file, args, env } = this.#command('serve');
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    this.#child = child;
    child.stdin.on('error', () => {});
    const first = await new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve('{"error":"it did not answer"}'), START_TIMEOUT);
      const done = (line: string): void => {
        clearTimeout(timer);
        resolve(line);
      };
      createInterface({ input: child.stdout })
        .once('line', done)
        .on('line', (line) => this.#hear(line));
      child.once('error', (error) => done(JSON.stringify({ error: error.message })));
      child.once('exit', () => done('{"error":"it ended at once"}'));
    });
    const { error } = JSON.parse(first) as { error?: string };
    if (error !== undefined) {
      child.kill('SIGKILL');
      throw new OpsLabError('engine-failed', `The gate to the engine did not start: ${error}. Start the lab again.`, {}, true);
    }
    this.share(this.#services);
    child.once('exit', () => this.#again());
  }

  #hear(line: string): void {
    const { rebuilt } = JSON.parse(line) as { rebuilt?: GateService };
    if (rebuilt) this.#onRebuilt(rebuilt.name, rebuilt.id);
  }

  /** A gate that fell over comes back: its ledger knows what it had. */
  #again(): void {
    if (this.#stopped || this.#restarts >= MOST_RESTARTS) return;
    this.#restarts += 1;
    setTimeout(() => {
      if (!this.#stopped) this.#spawn().catch(() => this.#again());
    }, RESTART_AFTER).unref();
  }
}

function ownedByRoot(): boolean {
  return process.getuid?.() === 0;
}
