/**
 * Where a session lives. One interface, two implementations: docker/ (containers) and shell/ (processes on this host).
 * Nothing above this file knows which one it talks to.
 */
import type { Lab } from '../labs/lab.ts';

export type RuntimeKind = 'docker' | 'shell';

export interface Availability {
  readonly available: boolean;
  /** What is missing and how to get it, as a sentence; empty when available. */
  readonly reason: string;
}

export interface StartRequest {
  /** 32 lower-case hex digits. */
  readonly sessionId: string;
  readonly learnerId: string;
  readonly lab: Lab;
  /** Folder of this session's own files on the host; made and removed by the session's owner, not by the runtime. */
  readonly folder: string;
  /** One sentence about what is going on. */
  onProgress(message: string): void;
  readonly signal: AbortSignal;
}

/** Which sessions a sweep leaves alone. It is asked at each removal, since sessions begin and end while a sweep goes on. */
export interface Keep {
  has(sessionId: string): boolean;
}

export interface Runtime {
  readonly kind: RuntimeKind;
  /** Whether this lab can run here now. Cheap; asked often. */
  availability(lab: Lab): Promise<Availability>;
  /** Resolves when the first terminal can be opened; services it does not need come up behind it (see `ready`). */
  start(request: StartRequest): Promise<RuntimeSession>;
  /**
   * Finds a session that an earlier run of the host left running.
   * @returns null when its containers or processes are gone
   */
  adopt(request: Omit<StartRequest, 'onProgress'>): Promise<RuntimeSession | null>;
  /** Removes everything of ours that belongs to no session in `keep`. @returns what was removed, for people to read */
  sweep(keep: Keep): Promise<string[]>;
}

export interface ServiceStatus {
  readonly name: string;
  readonly state: 'waiting' | 'starting' | 'running' | 'restarting' | 'exited';
  /** Times that it was started again after it ended by itself or was killed. */
  readonly restarts: number;
  readonly exitCode: number | null;
  /** Whether its latest end was an out-of-memory kill; still true after the restart that followed. */
  readonly outOfMemory: boolean;
  /** Out-of-memory kills seen since the session began; absent where the runtime cannot see them. */
  readonly outOfMemoryKills?: number;
  /** What the container may use now; absent where nothing limits it. */
  readonly memoryLimitBytes?: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
}

/** A program to run in a pty: argv, never a shell line. */
export interface PtyCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the program that node-pty starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** False where the shell cannot report its commands. */
  readonly captured: boolean;
  /**
   * To be called once the pty has ended, however it ended: hangs up what it leaves behind. (A shell in a container
   * outlives the command line that was attached to it.) Never rejects.
   */
  ended?(): Promise<void>;
}

export interface TerminalRequest {
  readonly kind: 'shell' | 'log';
  /** For a log: file below the workspace. */
  readonly file?: string;
  /** Stamped on every mark of the shell integration (see terminals/shell-integration). */
  readonly nonce: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A request to the observer: the program that measures from outside the learner's reach (src/sidecar/observer). */
export type ObserverRequest =
  | {
      readonly op: 'http-load';
      readonly service: string;
      readonly port: number;
      readonly path: string;
      readonly rate: number;
      readonly seconds: number;
      readonly timeoutMs: number;
    }
  | { readonly op: 'script'; readonly script: string; readonly args: Readonly<Record<string, string | number | boolean>> }
  /** Runs a program in a fresh process beside the observer; the last line of its output is a JSON object of figures. */
  | { readonly op: 'exec'; readonly argv: readonly string[] };

/** What /proc says of the processes of one service. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: readonly string[];
  readonly state: string;
  readonly threads: number;
  readonly residentBytes: number;
  /** Highest resident size so far (VmHWM). */
  readonly peakResidentBytes: number;
  /** Processor time used so far, in milliseconds. */
  readonly cpuMs: number;
  readonly descriptors: number;
  readonly softDescriptorLimit: number;
  readonly hardDescriptorLimit: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface SocketFacts {
  readonly state: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** 0 when no process of the session holds it. */
  readonly pid: number;
}

/** A container that the learner made with docker, as the engine sees it. */
export interface LearnerContainer {
  readonly id: string;
  /** As the learner calls it. */
  readonly name: string;
  /** The engine's word: `created`, `running`, `exited`, ... */
  readonly state: string;
  readonly command: string;
  /** On the session's networks; empty while it does not run. */
  readonly addresses: readonly string[];
}

export interface WorkspaceEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Bytes. */
  readonly size: number;
}

export interface RuntimeSession {
  readonly kind: RuntimeKind;
  /** Remarks for the learner, such as ports moved because this system allows no namespaces. */
  readonly notices: readonly string[];
  /** Resolves when every service has been started; rejects when one could not be. */
  readonly ready: Promise<void>;
  terminal(request: TerminalRequest): Promise<PtyCommand>;
  /** Runs a program where the learner works, in the workspace. `stdin` is closed after `input`. */
  exec(
    argv: readonly string[],
    options?: { input?: Uint8Array; timeoutMs?: number; signal?: AbortSignal; env?: Readonly<Record<string, string>> },
  ): Promise<ExecResult>;
  services(): Promise<ServiceStatus[]>;
  /** Restarts as `docker restart` would: SIGTERM, then SIGKILL after 5 s, then start. */
  restart(service: string): Promise<void>;
  /**
   * Measures from outside the learner's reach. Resolves with the figures.
   * @throws OpsLabError with code `timeout`, `engine-failed` or `runtime-unavailable` when the measuring itself failed
   */
  observe(request: ObserverRequest, signal: AbortSignal): Promise<Record<string, number>>;
  /** The processes of a service as the kernel sees them; empty while it does not run. */
  processes(service: string, signal: AbortSignal): Promise<ProcessFacts[]>;
  sockets(service: string, signal: AbortSignal): Promise<SocketFacts[]>;
  /** Starts the lab's background load; it ends with the session. */
  startLoad(): Promise<void>;
  listFiles(directory: string): Promise<WorkspaceEntry[]>;
  /** @throws OpsLabError `not-found`, `file-too-large` (over 1 MB), `not-allowed` for a path outside the workspace */
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array): Promise<void>;
  /** Called when the session's containers or processes are gone without `stop`. One listener. */
  onLost(listener: (reason: string) => void): void;
  /** Lets go without stopping: the session goes on, to be adopted later. */
  release(): Promise<void>;
  /** Ends everything. @returns what could not be removed; empty when nothing is left */
  stop(): Promise<string[]>;
}
