/** All sessions of this host: finds the right one for a call, and says what changed. */
import { join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { RuntimeKind, SessionSummary, SessionView, StoryPartView, TerminalView } from '../../../shared/contract/values.ts';
import { nextHint } from '../../../shared/domain/hints.ts';
import { pointsLeft, REVEAL_COST } from '../../../shared/domain/points.ts';
import { isLive } from '../../../shared/domain/session-state.ts';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import type { Slots } from '../checks/slots.ts';
import type { Caller, SessionService } from '../core.ts';
import type { EventHub } from '../events/event-hub.ts';
import { applyFix } from '../labs/apply-fix.ts';
import type { Lab } from '../labs/lab.ts';
import type { LabCatalog } from '../labs/lab-catalog.ts';
import { labOn } from '../labs/lab-on-runtime.ts';
import { proofOf, sweepDeadProofs } from '../proof/proof-sessions.ts';
import type { Keep, Runtime } from '../runtime/runtime.ts';
import type { SessionRecord } from '../store/sessions.ts';
import { newId, type Store } from '../store/store.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { Coalesced } from './coalesced.ts';
import { lastSignOf } from './last-sign.ts';
import { LiveSession } from './live-session.ts';
import { readText, writeText } from './session-files.ts';
import { hintSteps, sessionSummary, sessionView } from './session-view.ts';

/** Running at once, of one learner. */
const MAX_LIVE = 4;
/** Changes of one session within this many milliseconds are sent as one event. */
const EVENT_EVERY_MS = 40;

interface Options {
  readonly store: Store;
  readonly catalog: LabCatalog;
  readonly runtimes: Readonly<Record<RuntimeKind, Runtime>>;
  readonly hub: EventHub;
  readonly dataDirectory: string;
  /** Places for rounds of checks in the background, for all sessions together. */
  readonly slots: Slots;
  scrollback(): number;
  preferredRuntime(): 'auto' | RuntimeKind;
}

export class Sessions implements SessionService {
  readonly #options: Options;
  readonly #live = new Map<string, LiveSession>();
  readonly #changed: Coalesced;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#changed = new Coalesced(EVENT_EVERY_MS, (sessionId) => this.#announce(sessionId));
  }

  /** Takes over what an earlier host left running. @returns ids of those that are gone: what is left of them may go */
  async resume(): Promise<ReadonlySet<string>> {
    const { store, catalog } = this.#options;
    const records = store.sessions.live();
    const gone = new Set<string>();
    if (records.length > 0) await catalog.reload();
    for (const record of records) {
      const lab = catalog.find(record.labId);
      if (record.state === 'preparing' || record.state === 'starting' || record.state === 'stopping' || lab === null) {
        const message =
          lab === null
            ? `Its lab ${record.labId} is not there any more.`
            : 'Ops Lab ended before this session had started or stopped. Start the lab again.';
        store.sessions.update(record.id, { state: 'stopped', endedAt: lastSignOf(store, record), message });
        continue;
      }
      if (!(await this.#make(record, lab).adopt())) gone.add(record.id);
    }
    return gone;
  }

  /**
   * Removes what belongs to no session that is here and to no proof that another process is running.
   * @param gone sessions that are here, and whose containers or processes may go all the same
   * @returns what, for people to read
   */
  async sweep(gone: ReadonlySet<string> = new Set()): Promise<string[]> {
    const { runtimes, dataDirectory } = this.#options;
    const keep: Keep = {
      // What goes on without this host is here no more.
      has: (id) => this.#closed || (this.#live.has(id) && !gone.has(id)) || proofOf(dataDirectory, id) === 'live',
    };
    const removed = await Promise.all(Object.values(runtimes).map((runtime) => runtime.sweep(keep).catch(() => [])));
    return [...removed.flat(), ...(await sweepDeadProofs(dataDirectory, Object.values(runtimes)))];
  }

  async list(caller: Caller): Promise<SessionSummary[]> {
    return this.#options.store.sessions.ofLearner(caller.learnerId).map(sessionSummary);
  }

  async get(caller: Caller, sessionId: string): Promise<SessionView> {
    return this.#view(this.#record(caller, sessionId));
  }

  async start(caller: Caller, labId: string, runtime?: RuntimeKind): Promise<SessionView> {
    const { store, catalog, runtimes, preferredRuntime, dataDirectory } = this.#options;
    const lab = await catalog.require(labId);
    const running = store.sessions.ofLearner(caller.learnerId).filter((record) => this.#live.has(record.id));
    const same = running.find((record) => record.labId === labId);
    if (same !== undefined)
      throw new OpsLabError('conflict', `${lab.manifest.title} is running already. Go on with it, or stop it first.`, {
        sessionId: same.id,
      });
    if (running.length >= MAX_LIVE)
      throw new OpsLabError('limit', `${MAX_LIVE} labs are running. Stop one of them first.`, { limit: MAX_LIVE });
    const kind = await chooseRuntime({ runtimes, preferred: preferredRuntime(), caller, lab, wanted: runtime });
    const id = newId();
    const record = store.sessions.add({
      id,
      learnerId: caller.learnerId,
      labId,
      labTitle: lab.manifest.title,
      runtime: kind,
      startedAt: Date.now(),
      folder: join(dataDirectory, 'sessions', id),
      points: pointsLeft([]),
    });
    const session = this.#make(record, lab);
    session.begin();
    this.#options.hub.emit({ type: 'labs' }, caller.learnerId);
    return this.#view(record);
  }

  async stop(caller: Caller, sessionId: string): Promise<SessionView> {
    await this.#stop(this.#record(caller, sessionId));
    return this.get(caller, sessionId);
  }

  async #stop(record: SessionRecord): Promise<void> {
    const session = this.#live.get(record.id);
    if (session !== undefined) {
      await session.stop();
      this.#live.delete(record.id);
    } else if (isLive(record.state)) {
      this.#options.store.sessions.update(record.id, { state: 'stopped', endedAt: record.endedAt ?? Date.now() });
    }
    this.#changed.touch(record.id);
    this.#options.hub.emit({ type: 'labs' }, record.learnerId);
  }

  async reset(caller: Caller, sessionId: string): Promise<SessionView> {
    const record = this.#record(caller, sessionId);
    await this.#stop(record);
    return this.start(caller, record.labId, record.runtime);
  }

  async acknowledge(caller: Caller, sessionId: string): Promise<SessionView> {
    const record = this.#record(caller, sessionId);
    if (record.acknowledgedAt === null) this.#options.store.sessions.update(sessionId, { acknowledgedAt: Date.now() });
    return this.#changedView(caller, sessionId);
  }

  async check(caller: Caller, sessionId: string, objective?: string): Promise<SessionView> {
    const session = this.#require(caller, sessionId);
    if (objective !== undefined) this.#objective(session.lab, objective);
    await session.checker().checkNow(...(objective === undefined ? [] : [objective]));
    return this.#changedView(caller, sessionId);
  }

  async openHint(caller: Caller, sessionId: string, hint: string): Promise<SessionView> {
    const { store } = this.#options;
    const session = this.#require(caller, sessionId);
    const opened = store.hints.ofSession(sessionId).map((entry) => entry.hint);
    const failing = [...session.parts().objectives.values()].flatMap((state) => state.assessment?.failingProbes ?? []);
    for (const [objective, ladder] of Object.entries(session.lab.hints)) {
      const steps = hintSteps(objective, ladder);
      const index = steps.findIndex((step) => step.id === hint);
      const step = ladder[index];
      if (step === undefined || opened.includes(hint)) continue;
      if (nextHint(steps, opened, failing) !== hint)
        throw new OpsLabError('not-allowed', 'Another hint comes first, or the measurement it explains is not failing now.', { hint });
      store.transaction(() => {
        store.hints.open(sessionId, { hint, cost: step.cost, at: Date.now() });
        this.#spend(sessionId);
      });
      return this.#changedView(caller, sessionId);
    }
    if (opened.includes(hint)) return this.get(caller, sessionId);
    throw new OpsLabError('not-found', `This lab has no hint ${hint}.`, { hint });
  }

  async revealStory(caller: Caller, sessionId: string, part: StoryPartView['id']): Promise<SessionView> {
    const record = this.#record(caller, sessionId);
    const view = this.#view(record).story.find((candidate) => candidate.id === part);
    if (view === undefined) throw new OpsLabError('not-found', `This story has no part ${part}.`, { part });
    if (view.markdown === null) {
      this.#options.store.sessions.update(sessionId, { revealed: [...record.revealed, part] });
      this.#spend(sessionId);
    }
    return this.#changedView(caller, sessionId);
  }

  async showSolutions(caller: Caller, sessionId: string): Promise<SessionView> {
    this.#record(caller, sessionId);
    this.#options.store.sessions.update(sessionId, { assisted: true });
    return this.#changedView(caller, sessionId);
  }

  async applySolution(caller: Caller, sessionId: string, name: string): Promise<SessionView> {
    const session = this.#require(caller, sessionId);
    const fix = session.lab.solutions.find((solution) => solution.name === name);
    if (fix === undefined) throw new OpsLabError('not-found', `This lab has no solution ${name}.`, { name });
    if (!session.record.assisted) throw new OpsLabError('not-allowed', 'Show the solutions first; the attempt is then marked as assisted.');
    await applyFix(session.runtime(), fix, session.signal);
    return this.#changedView(caller, sessionId);
  }

  async restartService(caller: Caller, sessionId: string, service: string): Promise<SessionView> {
    const session = this.#require(caller, sessionId);
    if (!session.lab.manifest.restartable.includes(service))
      throw new OpsLabError('not-found', `This lab has no service ${service} that you may restart.`, { service });
    await session.runtime().restart(service);
    return this.#changedView(caller, sessionId);
  }

  async pin(caller: Caller, sessionId: string, terminalId: string, text: string): Promise<SessionView> {
    const { store } = this.#options;
    const terminal = this.#require(caller, sessionId).terminals().get(terminalId);
    if (terminal === null) throw new OpsLabError('not-found', 'This terminal is not open any more.', { terminalId });
    const line = text.trim();
    if (!(await terminal.containsLine(line)))
      throw new OpsLabError('invalid', 'Evidence is a line that the terminal really shows. Select one and pin it again.', { text: line });
    if (store.pins.ofSession(sessionId).length >= 50)
      throw new OpsLabError('limit', 'There are 50 pins. Remove some first.', { limit: 50 });
    store.pins.add(sessionId, { id: newId(), terminalId, text: line, at: Date.now() });
    return this.#changedView(caller, sessionId);
  }

  async unpin(caller: Caller, sessionId: string, pinId: string): Promise<SessionView> {
    this.#record(caller, sessionId);
    if (!this.#options.store.pins.remove(sessionId, pinId))
      throw new OpsLabError('not-found', 'This pin is not there any more.', { pinId });
    return this.#changedView(caller, sessionId);
  }

  async answer(caller: Caller, sessionId: string, objective: string, option: string, pins: string[]): Promise<SessionView> {
    const { store } = this.#options;
    const session = this.#require(caller, sessionId);
    this.#objective(session.lab, objective);
    const known = store.pins.ofSession(sessionId);
    const lines = pins.map((id) => {
      const pin = known.find((candidate) => candidate.id === id);
      if (pin === undefined) throw new OpsLabError('not-found', 'One of these pins is not there any more.', { pinId: id });
      return pin.text;
    });
    const { feedback } = await session.checker().answer(objective, option, lines);
    store.answers.put(sessionId, { objective, chosen: option, pins, feedback: feedback ?? '', at: Date.now() });
    return this.#changedView(caller, sessionId);
  }

  async listFiles(
    caller: Caller,
    sessionId: string,
    directory: string,
  ): Promise<{ path: string; kind: 'file' | 'directory'; size: number }[]> {
    return this.#require(caller, sessionId).runtime().listFiles(directory);
  }

  async readFile(caller: Caller, sessionId: string, path: string): Promise<{ path: string; content: string; version: string }> {
    return readText(this.#require(caller, sessionId).runtime(), path);
  }

  async writeFile(
    caller: Caller,
    sessionId: string,
    path: string,
    content: string,
    version: string | null,
  ): Promise<{ path: string; version: string }> {
    return writeText(this.#require(caller, sessionId).runtime(), path, content, version);
  }

  async openTerminal(caller: Caller, sessionId: string, name: string, cols: number, rows: number): Promise<TerminalView> {
    return this.#require(caller, sessionId).terminals().open(name, cols, rows);
  }

  async closeTerminal(caller: Caller, terminalId: string): Promise<void> {
    await this.#ofTerminal(caller, terminalId).terminals().close(terminalId);
  }

  attachTerminal(caller: Caller, terminalId: string, channel: BinaryChannel): void {
    this.#ofTerminal(caller, terminalId).terminals().get(terminalId)?.attach(channel);
  }

  /** Stops the running sessions of a learner who is being removed. */
  async stopAllOf(learnerId: string): Promise<void> {
    await Promise.all(
      this.#options.store.sessions
        .ofLearner(learnerId)
        .filter((record) => this.#live.has(record.id))
        .map((record) => this.#stop(record)),
    );
  }

  /** @param fate `keep` lets running sessions go on without this host */
  async close(fate: 'keep' | 'stop'): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#live.values()].map((session) => (fate === 'keep' && session.goesOn ? session.release() : session.stop())));
    this.#live.clear();
    this.#changed.close();
  }

  #make(record: SessionRecord, lab: Lab): LiveSession {
    const { store, runtimes, hub, dataDirectory, scrollback, slots } = this.#options;
    const session = new LiveSession({
      record,
      lab: labOn(lab, record.runtime),
      runtime: runtimes[record.runtime],
      store,
      dataDirectory,
      scrollback: scrollback(),
      slots,
      onChange: () => this.#changed.touch(record.id),
      onCommand: (command) => hub.emit({ type: 'command', command }, record.learnerId),
      onFailed: () => {
        this.#live.delete(record.id);
        hub.emit({ type: 'labs' }, record.learnerId);
      },
    });
    this.#live.set(record.id, session);
    return session;
  }

  #announce(sessionId: string): void {
    const record = this.#options.store.sessions.get(sessionId);
    if (record !== null) this.#options.hub.emit({ type: 'session', session: this.#view(record) }, record.learnerId);
  }

  #view(record: SessionRecord): SessionView {
    const session = this.#live.get(record.id);
    const known = this.#options.catalog.find(record.labId);
    const lab = session?.lab ?? (known === null ? null : labOn(known, record.runtime));
    return sessionView(this.#options.store, record, lab, session?.parts() ?? null);
  }

  #changedView(caller: Caller, sessionId: string): Promise<SessionView> {
    this.#changed.touch(sessionId);
    return this.get(caller, sessionId);
  }

  #spend(sessionId: string): void {
    const { store } = this.#options;
    const record = store.sessions.get(sessionId);
    if (record === null) return;
    const costs = [...store.hints.ofSession(sessionId).map((hint) => hint.cost), ...record.revealed.map((part) => REVEAL_COST[part] ?? 0)];
    store.sessions.update(sessionId, { points: pointsLeft(costs) });
  }

  /** Foreign and missing look the same. */
  #record(caller: Caller, sessionId: string): SessionRecord {
    const record = this.#options.store.sessions.get(sessionId);
    if (record === null || record.learnerId !== caller.learnerId)
      throw new OpsLabError('not-found', 'There is no such session. It may have been deleted.', { sessionId });
    return record;
  }

  #require(caller: Caller, sessionId: string): LiveSession {
    this.#record(caller, sessionId);
    const session = this.#live.get(sessionId);
    if (session === undefined) throw new OpsLabError('session-not-running', 'This session has ended.', { sessionId });
    return session;
  }

  #ofTerminal(caller: Caller, terminalId: string): LiveSession {
    for (const session of this.#live.values()) {
      if (session.record.learnerId === caller.learnerId && session.hasTerminal(terminalId)) return session;
    }
    throw new OpsLabError('not-found', 'This terminal is not open any more.', { terminalId });
  }

  #objective(lab: Lab, objective: string): void {
    if (!lab.manifest.objectives.some((spec) => spec.id === objective))
      throw new OpsLabError('not-found', `This lab has no objective ${objective}.`, { objective });
  }
}
