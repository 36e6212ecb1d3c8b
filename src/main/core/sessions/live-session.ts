/** One running session: its runtime, terminals and checks. Owns them all and closes them all. */
import { mkdir, rm } from 'node:fs/promises';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { CommandRow, ServiceView } from '../../../shared/contract/values.ts';
import { overallVerdict } from '../../../shared/domain/overall.ts';
import { canMove, type SessionState } from '../../../shared/domain/session-state.ts';
import { Checker } from '../checks/checker.ts';
import type { ObjectiveState, StoredState } from '../checks/objective-tracker.ts';
import type { Slots } from '../checks/slots.ts';
import type { Lab } from '../labs/lab.ts';
import type { Runtime, RuntimeSession } from '../runtime/runtime.ts';
import type { SessionPatch, SessionRecord } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { lastSignOf } from './last-sign.ts';
import { SessionTerminals, type TerminalRecord } from './session-terminals.ts';
import type { LiveParts } from './session-view.ts';

const FIRST_SIZE = { cols: 100, rows: 30 };
/** How often the states of the services are read, in milliseconds. */
const SERVICES_EVERY_MS = 2000;

export interface LiveSessionOptions {
  readonly record: SessionRecord;
  readonly lab: Lab;
  readonly runtime: Runtime;
  readonly store: Store;
  readonly dataDirectory: string;
  readonly scrollback: number;
  /** Places for rounds of checks in the background. */
  readonly slots: Slots;
  onChange(): void;
  onCommand(command: CommandRow): void;
  /** Called once when it could not be started: nothing of it is left. */
  onFailed(): void;
}

export class LiveSession {
  readonly lab: Lab;
  readonly #options: LiveSessionOptions;
  readonly #abort = new AbortController();
  #runtime: RuntimeSession | null = null;
  #terminals: SessionTerminals | null = null;
  #checker: Checker | null = null;
  #services: ServiceView[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Why what is done now is not kept; null while it is. */
  #trouble: string | null = null;
  /** Set until a session that an earlier host left runs here: only its end says that it may be removed. */
  #adopting = false;
  #starting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.lab = options.lab;
  }

  get id(): string {
    return this.#options.record.id;
  }

  get record(): SessionRecord {
    const record = this.#options.store.sessions.get(this.id);
    if (record === null) throw new OpsLabError('not-found', 'This session was deleted.', { sessionId: this.id });
    return record;
  }

  /** Aborted when the session ends. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it may run on without this host: it runs, or it is there and could not be taken over. */
  get goesOn(): boolean {
    return this.#adopting || this.record.state === 'running';
  }

  /** Starts in the background; `onChange` tells how it goes. */
  begin(): void {
    this.#starting = this.#begin().catch((error: unknown) => this.#fail(error));
  }

  async #begin(): Promise<void> {
    const { record, runtime } = this.#options;
    await mkdir(record.folder, { recursive: true, mode: 0o700 });
    const session = await runtime.start({
      sessionId: record.id,
      learnerId: record.learnerId,
      lab: this.lab,
      folder: record.folder,
      onProgress: (message) => this.#update({ message }),
      signal: this.#abort.signal,
    });
    await this.#bind(session);
    this.#move('starting', { message: 'Starting the services.' });
    await this.#requireTerminals().open(this.#firstTerminal(), FIRST_SIZE.cols, FIRST_SIZE.rows);
    await this.#run(session);
  }

  /**
   * Finds the session that an earlier host left running. Never throws: one that is there and cannot be taken over is `lost` until the
   * next start tries again.
   * @returns false when it is gone; the session is then `lost` too
   */
  async adopt(): Promise<boolean> {
    this.#adopting = true;
    try {
      return await this.#adopt();
    } catch (error) {
      await this.#leave(error);
      return true;
    }
  }

  async #adopt(): Promise<boolean> {
    const { record, runtime, store } = this.#options;
    const session = await runtime.adopt({
      sessionId: record.id,
      learnerId: record.learnerId,
      lab: this.lab,
      folder: record.folder,
      signal: this.#abort.signal,
    });
    if (session === null) {
      this.#adopting = false;
      this.#update({
        state: 'lost',
        endedAt: lastSignOf(store, record),
        message:
          'Its containers or processes are gone: the engine or this machine was restarted. Your files are gone with them; your commands and verdicts are kept. Start the lab again.',
      });
      return false;
    }
    await this.#bind(session);
    const terminals = (record.runtimeData as { terminals?: TerminalRecord[] } | null)?.terminals ?? [];
    for (const terminal of terminals) await this.#requireTerminals().open(terminal.name, terminal.cols, terminal.rows, terminal);
    this.#starting = this.#run(session).catch((error: unknown) => this.#leave(error));
    return true;
  }

  async #bind(session: RuntimeSession): Promise<void> {
    const { store, dataDirectory, scrollback, onCommand } = this.#options;
    this.#runtime = session;
    session.onLost((reason) => this.#lost(reason));
    this.#terminals = new SessionTerminals({
      sessionId: this.id,
      lab: this.lab,
      runtime: session,
      store,
      dataDirectory,
      scrollback,
      onChange: () => this.#guard(() => this.#saveTerminals()),
      onCommand: (command) => {
        onCommand(command);
        // The first command opens a part of the story.
        this.#options.onChange();
      },
      onTrouble: (error) => this.#troubled(error),
    });
    this.#checker = new Checker({ manifest: this.lab.manifest, session, stored: this.#stored(), slots: this.#options.slots });
    this.#checker.onChange(() => this.#guard(() => this.#keepVerdicts()));
  }

  async #run(session: RuntimeSession): Promise<void> {
    await session.ready;
    if (this.#abort.signal.aborted) return;
    await session.startLoad();
    await this.#readServices();
    this.#move('running', { message: '', endedAt: null });
    this.#adopting = false;
    this.#checker?.start();
    const tick = async () => {
      await this.#readServices().catch(() => undefined);
      if (!this.#abort.signal.aborted) this.#timer = setTimeout(tick, SERVICES_EVERY_MS);
    };
    this.#timer = setTimeout(tick, SERVICES_EVERY_MS);
  }

  parts(): LiveParts {
    return {
      notices: [...(this.#runtime?.notices ?? []), ...(this.#trouble === null ? [] : [this.#trouble])],
      services: this.#services,
      terminals: this.#terminals?.views() ?? [],
      objectives: this.#objectives(),
    };
  }

  hasTerminal(terminalId: string): boolean {
    return this.#terminals?.get(terminalId) != null;
  }

  /** @throws OpsLabError `session-not-running` before it runs and after it ended */
  runtime(): RuntimeSession {
    if (this.#runtime === null || this.record.state !== 'running') throw this.#notRunning();
    return this.#runtime;
  }

  terminals(): SessionTerminals {
    if (this.#terminals === null) throw this.#notRunning();
    return this.#terminals;
  }

  checker(): Checker {
    if (this.#checker === null || this.record.state !== 'running') throw this.#notRunning();
    return this.#checker;
  }

  /** Ends everything; never throws. What could not be removed is said in the session's message. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#move('stopping', { message: 'Stopping.' });
    this.#abort.abort();
    await this.#starting;
    await this.#closeOwn();
    const left = await this.#remove().catch((error: Error) => [error.message]);
    await rm(this.#options.record.folder, { recursive: true, force: true }).catch((error: Error) => left.push(error.message));
    const message = left.length === 0 ? '' : `Some of it could not be removed: ${left.join('; ')}. npm run lab -- clean removes it later.`;
    // One that was lost ended when it was lost.
    this.#update({ state: 'stopped', endedAt: this.record.endedAt ?? Date.now(), message });
  }

  /** @returns what could not be removed */
  async #remove(): Promise<string[]> {
    if (this.#runtime !== null) return this.#runtime.stop();
    // What was not taken over is there all the same.
    if (this.#adopting) await this.#options.runtime.sweep({ has: (id) => id !== this.id });
    return [];
  }

  /** Lets the session go on without this host. */
  async release(): Promise<void> {
    this.#abort.abort();
    await this.#starting;
    this.#saveTerminals();
    await this.#closeOwn();
    await this.#runtime?.release();
  }

  #objectives(): ReadonlyMap<string, ObjectiveState> {
    return new Map((this.#checker?.states ?? []).map((state) => [state.id, state]));
  }

  /** What an earlier run of the host knew. */
  #stored(): ReadonlyMap<string, StoredState> {
    const { store } = this.#options;
    const answers = new Map(store.answers.ofSession(this.id).map((answer) => [answer.objective, answer]));
    return new Map(
      store.verdicts.current(this.id).map(({ objective, verdict, at }) => {
        const answer = answers.get(objective);
        return [objective, { verdict, at, chosen: answer?.chosen ?? null, feedback: answer?.feedback ?? null }];
      }),
    );
  }

  async #closeOwn(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#checker?.close();
    await this.#terminals?.closeAll();
  }

  async #readServices(): Promise<void> {
    if (this.#runtime === null) return;
    const services = (await this.#runtime.services()).map((service) => ({ ...service }));
    if (JSON.stringify(services) === JSON.stringify(this.#services)) return;
    this.#services = services;
    this.#options.onChange();
  }

  #keepVerdicts(): void {
    const { store } = this.#options;
    const checker = this.#checker;
    if (checker === null || this.#stopping !== null) return;
    const states = this.#objectives();
    for (const [objective, { verdict, assessment, at, checking }] of states) {
      if (verdict === null || at === null || checking) continue;
      store.verdicts.record(this.id, {
        objective,
        verdict,
        at,
        measurements: assessment?.measurements ?? [],
        reasons: assessment?.reasons ?? [],
      });
    }
    const record = this.record;
    const outcomes = this.lab.manifest.objectives.map(({ id, kind }) => ({ kind, verdict: states.get(id)?.verdict ?? null }));
    const verdict = overallVerdict(outcomes);
    const solvedMs =
      record.solvedMs ?? (verdict === 'fixed' ? Math.max(0, Date.now() - (record.acknowledgedAt ?? record.startedAt)) : null);
    if (verdict === record.verdict && solvedMs === record.solvedMs) this.#options.onChange();
    else this.#update({ verdict, solvedMs });
  }

  /** Runs what writes to the store; a failure is told, and the session goes on. */
  #guard(work: () => void): void {
    try {
      work();
      this.#troubled(null);
    } catch (error) {
      this.#troubled(error as Error);
    }
  }

  #troubled(error: Error | null): void {
    const trouble =
      error === null
        ? null
        : `What you do now is not kept: the database could not be written (${error.message}). The session goes on. Free some space, or close the program that has the database open.`;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onChange();
  }

  #saveTerminals(): void {
    if (this.#terminals !== null && this.#stopping === null && !this.#abort.signal.aborted)
      this.#update({ runtimeData: { terminals: this.#terminals.records() } });
  }

  #lost(reason: string): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#guard(() =>
      this.#update({
        state: 'lost',
        endedAt: Date.now(),
        message: `${reason} Your commands and verdicts are kept. Stop this session, then start the lab again.`,
      }),
    );
    void this.#closeOwn().then(() => this.#options.onChange());
  }

  /** What an earlier host left cannot be taken over: it stays as it is. */
  async #leave(error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    const { store, record } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `It could not be taken over: ${reason} It is left as it is; the next start of Ops Lab tries again. Stopping it removes it.`;
    this.#update({ state: 'lost', endedAt: lastSignOf(store, record), message });
    await this.#closeOwn();
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    const reason = error instanceof Error ? error.message : String(error);
    await this.#closeOwn();
    const left = this.#runtime === null ? [] : await this.#runtime.stop().catch((failure: Error) => [failure.message]);
    await rm(this.#options.record.folder, { recursive: true, force: true }).catch(() => undefined);
    this.#update({
      state: 'failed',
      endedAt: Date.now(),
      message: `It could not be started: ${reason}${left.length === 0 ? '' : ` Not removed: ${left.join('; ')}`}`,
    });
    this.#options.onFailed();
  }

  #move(to: SessionState, patch: SessionPatch): void {
    if (canMove(this.record.state, to)) this.#update({ state: to, ...patch });
  }

  #update(patch: SessionPatch): void {
    this.#options.store.sessions.update(this.id, patch);
    this.#options.onChange();
  }

  #firstTerminal(): string {
    const [first] = this.lab.manifest.terminals;
    if (first === undefined) throw new OpsLabError('lab-broken', `The lab ${this.lab.id} has no terminal.`);
    return first.name;
  }

  #requireTerminals(): SessionTerminals {
    if (this.#terminals === null) throw this.#notRunning();
    return this.#terminals;
  }

  #notRunning(): OpsLabError {
    return new OpsLabError(
      'session-not-running',
      'This session is not running now. Start the lab again, or wait until it has started.',
      { sessionId: this.id },
      true,
    );
  }
}
