/** What the product does, as seen by a host. `create-core.ts` makes it; `src/main/api` exposes it through the contract. */

import type * as z from 'zod';
import type { AppEvent } from '../../shared/contract/contract.ts';
import type * as v from '../../shared/contract/values.ts';
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';

/** On whose behalf a call is made. Decided by the host from the connection, never by the caller. */
export interface Caller {
  readonly learnerId: string;
  /** `local`: the person at this machine. */
  readonly role: 'local' | 'learner' | 'instructor';
  /** Whether the connection comes from this machine: the shell runtime is for nobody else. */
  readonly loopback: boolean;
}

type View<T extends z.ZodType> = z.infer<T>;

export interface EngineService {
  status(): Promise<v.EngineStatus>;
  refresh(): Promise<v.EngineStatus>;
  doctor(): Promise<v.DoctorItem[]>;
  buildImage(options: { from?: string }): Promise<v.ImageBuild>;
  cancelBuild(): Promise<v.ImageBuild>;
  clean(): Promise<{ removed: string[] }>;
}

export interface LabService {
  list(caller: Caller): Promise<{ labs: v.LabCard[]; problems: v.LabProblem[] }>;
  /** @throws OpsLabError `not-found` */
  get(caller: Caller, labId: string): Promise<{ lab: v.LabCard; symptoms: string }>;
}

/** Each method throws `not-found` for a session of another learner, exactly as for one that does not exist. */
export interface SessionService {
  list(caller: Caller): Promise<v.SessionSummary[]>;
  get(caller: Caller, sessionId: string): Promise<v.SessionView>;
  start(caller: Caller, labId: string, runtime?: v.RuntimeKind): Promise<v.SessionView>;
  stop(caller: Caller, sessionId: string): Promise<v.SessionView>;
  reset(caller: Caller, sessionId: string): Promise<v.SessionView>;
  acknowledge(caller: Caller, sessionId: string): Promise<v.SessionView>;
  check(caller: Caller, sessionId: string, objective?: string): Promise<v.SessionView>;
  openHint(caller: Caller, sessionId: string, hint: string): Promise<v.SessionView>;
  revealStory(caller: Caller, sessionId: string, part: v.StoryPartView['id']): Promise<v.SessionView>;
  showSolutions(caller: Caller, sessionId: string): Promise<v.SessionView>;
  applySolution(caller: Caller, sessionId: string, name: string): Promise<v.SessionView>;
  restartService(caller: Caller, sessionId: string, service: string): Promise<v.SessionView>;
  pin(caller: Caller, sessionId: string, terminalId: string, text: string): Promise<v.SessionView>;
  unpin(caller: Caller, sessionId: string, pinId: string): Promise<v.SessionView>;
  answer(caller: Caller, sessionId: string, objective: string, option: string, pins: string[]): Promise<v.SessionView>;
  listFiles(caller: Caller, sessionId: string, directory: string): Promise<{ path: string; kind: 'file' | 'directory'; size: number }[]>;
  readFile(caller: Caller, sessionId: string, path: string): Promise<{ path: string; content: string; version: string }>;
  writeFile(
    caller: Caller,
    sessionId: string,
    path: string,
    content: string,
    version: string | null,
  ): Promise<{ path: string; version: string }>;
  openTerminal(caller: Caller, sessionId: string, name: string, cols: number, rows: number): Promise<v.TerminalView>;
  closeTerminal(caller: Caller, terminalId: string): Promise<void>;
  /** Binds one viewer to a terminal. The channel is closed by whoever ends first. @throws `not-found` before anything is sent */
  attachTerminal(caller: Caller, terminalId: string, channel: BinaryChannel): void;
}

export interface HistoryService {
  search(
    caller: Caller,
    query: { text: string; labId?: string; sessionId?: string; failedOnly: boolean; before?: number; limit: number },
  ): { commands: v.CommandRow[]; more: boolean };
}

export interface ProgressService {
  summary(caller: Caller): { labs: View<typeof v.LabProgress>[]; commands: number; practisedMs: number };
  verdicts(
    caller: Caller,
    sessionId: string,
  ): { objective: string; verdict: View<typeof v.VerdictName>; at: number; measurements: View<typeof v.Measurement>[] }[];
}

export interface LearnerService {
  /** The learner who sits at this machine; there is always one. */
  current(): v.Learner;
  list(caller: Caller): v.Learner[];
  create(caller: Caller, name: string): v.Learner;
  rename(caller: Caller, learnerId: string, name: string): v.Learner;
  switchTo(caller: Caller, learnerId: string): v.Learner;
  remove(caller: Caller, learnerId: string, confirmName: string): Promise<void>;
  export(caller: Caller, learnerId: string): Promise<{ fileName: string; content: string }>;
  import(caller: Caller, content: string): Promise<{ learner: v.Learner; added: number; known: number }>;
}

export interface SettingsService {
  get(): v.Settings;
  set(patch: Partial<v.Settings>): v.Settings;
}

export interface Core {
  readonly info: { version: string; dataDirectory: string; notices: string[] };
  readonly engine: EngineService;
  readonly labs: LabService;
  readonly sessions: SessionService;
  readonly history: HistoryService;
  readonly progress: ProgressService;
  readonly learners: LearnerService;
  readonly settings: SettingsService;
  /** Calls `listener` for each event that `caller` may see, until the returned function is called. */
  onEvent(caller: Caller, listener: (event: AppEvent) => void): () => void;
  /**
   * Lets running sessions go on, or stops them, then closes everything.
   * @param fate without it as the settings say, where `ask` keeps them
   */
  close(fate?: 'keep' | 'stop'): Promise<void>;
}
