/** One service of a session: its process, started again as its restart policy says, with Docker's back-off. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { childOf, kill, killAll } from './process-table.ts';
import type { ServicePlan, SupervisedService } from './protocol.ts';

/** Docker's: doubling from 100 ms to a minute, from the start again after a run of 10 s. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 60_000;
const GOOD_RUN_MS = 10_000;
const KILL_AFTER_MS = 5000;

export interface ServiceOptions {
  readonly plan: ServicePlan;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whether the program is the child of the process that is started here (nsenter). */
  readonly wrapped: boolean;
  /** Pids of everything that belongs to this service. */
  members(): readonly number[];
}

export class Service {
  readonly plan: ServicePlan;
  readonly #options: ServiceOptions;
  #state: SupervisedService['state'] = 'waiting';
  #restarts = 0;
  #exitCode: number | null = null;
  #startedAt: number | null = null;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #backoff = FIRST_BACKOFF_MS;
  #timer: NodeJS.Timeout | null = null;
  /** Set while somebody asked for the end: the restart policy then keeps still. */
  #stopping = false;
  #restarting: Promise<void> | null = null;

  constructor(options: ServiceOptions) {
    this.plan = options.plan;
    this.#options = options;
  }

  get status(): SupervisedService {
    return {
      name: this.plan.name,
      state: this.#state,
      restarts: this.#restarts,
      exitCode: this.#exitCode,
      startedAt: this.#startedAt,
    };
  }

  /** Resolves when the process was started. @throws Error when the program could not be */
  start(): Promise<void> {
    this.#stopping = false;
    this.#state = 'starting';
    const [file = '', ...args] = this.#options.argv;
    const child = spawn(file, args, {
      cwd: this.#options.cwd,
      env: { ...this.#options.environment },
      stdio: 'ignore',
      detached: true,
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => void this.#onExit(code, signal).then(resolve));
      child.once('error', () => resolve());
    });
    return new Promise((resolve, reject) => {
      child.once('spawn', () => {
        this.#state = 'running';
        this.#startedAt = Date.now();
        resolve();
      });
      child.once('error', (error) => {
        this.#state = 'exited';
        this.#child = null;
        reject(new Error(`${this.plan.name} could not be started: ${error.message}`));
      });
    });
  }

  /** SIGTERM, SIGKILL after 5 s, start. The back-off begins anew, as after `docker restart`. Joins one that is under way. */
  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = null;
    });
    return this.#restarting;
  }

  async #restart(): Promise<void> {
    await this.stop();
    this.#backoff = FIRST_BACKOFF_MS;
    await this.start();
  }

  /** Ends it; the restart policy does not bring it back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const main = await this.#mainPid();
    if (main !== null) kill(main, 'SIGTERM');
    const group = this.#child?.pid;
    const timer = setTimeout(() => void this.#killRest(group), KILL_AFTER_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Null when it does not run. Just after the start the program behind nsenter is not there yet: waits for it. */
  async #mainPid(): Promise<number | null> {
    for (let tries = 0; tries < 50; tries++) {
      const pid = this.#child?.pid;
      if (pid === undefined) return null;
      const main = this.#options.wrapped ? childOf(pid) : pid;
      if (main !== null) return main;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return null;
  }

  /** @param group process group of the service, which is all there is to go by where there is no /proc */
  async #killRest(group: number | undefined): Promise<void> {
    if (group !== undefined) kill(-group, 'SIGKILL');
    await killAll(() => this.#options.members(), KILL_AFTER_MS);
  }

  async #onExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    this.#exitCode = signal === null ? code : 128 + constants.signals[signal];
    const group = this.#child?.pid;
    this.#child = null;
    // A container ends with its first process; so does a service.
    await this.#killRest(group);
    const again = this.plan.restart === 'always' || (this.plan.restart === 'on-failure' && this.#exitCode !== 0);
    if (this.#stopping || !again) {
      this.#state = 'exited';
      return;
    }
    if (Date.now() - (this.#startedAt ?? 0) >= GOOD_RUN_MS) this.#backoff = FIRST_BACKOFF_MS;
    this.#state = 'restarting';
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#restarts++;
      // A program that can no longer be started shows as exited.
      this.start().catch(() => {});
    }, this.#backoff);
    this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF_MS);
  }
}
