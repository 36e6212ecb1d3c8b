/**
 * What the host and a session's supervisor say to each other: JSON values, one a line, over the Unix socket in the
 * session's folder. The host asks, the supervisor answers each question once.
 */

/** Written by the host to `supervisor.json` in the session's folder, and read once. */
export interface SupervisorPlan {
  /** Absolute path of the session's folder; the marker that every process of the session carries in its environment. */
  readonly folder: string;
  readonly workspace: string;
  /** `auto`: namespaces where the system allows, else process groups. */
  readonly isolation: 'auto' | 'process-group';
  /** Environment of every process of the session. */
  readonly environment: Readonly<Record<string, string>>;
  /** In the order in which they are started. */
  readonly services: readonly ServicePlan[];
  /** Names that lead to 127.0.0.1 within the session. */
  readonly hosts: readonly string[];
  /** Whether names are asked of a resolver of the session's own, on RESOLVER: then there is no doing without namespaces. */
  readonly resolver: boolean;
  /** Program and arguments of the observer, for the background load. */
  readonly observer: readonly string[];
  readonly observerEnvironment: Readonly<Record<string, string>>;
}

export interface ServicePlan {
  readonly name: string;
  /** Absolute path of the folder in which it runs. */
  readonly directory: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly softDescriptors: number;
  readonly hardDescriptors: number;
  readonly restart: 'no' | 'always' | 'on-failure';
  readonly ports: readonly number[];
  /** Whether the learner's `ps` shows it; otherwise it shares only the network (an upstream, somebody else's machine). */
  readonly visible: boolean;
}

export interface SupervisorInfo {
  readonly pid: number;
  /** Arguments that put a program into the session's namespaces; empty where there are none. */
  readonly enter: readonly string[];
  /** The same for the network alone: what measures there is not seen by the learner's `ps`. */
  readonly enterNetwork: readonly string[];
  /** By service: a port of compose.yaml and the one in use, where they differ. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Why there are no namespaces; empty where there are. */
  readonly withoutNamespaces: string;
}

export interface SupervisedService {
  readonly name: string;
  readonly state: 'waiting' | 'starting' | 'running' | 'restarting' | 'exited';
  readonly restarts: number;
  readonly exitCode: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
}

export type SupervisorRequest =
  | { readonly id: number; readonly op: 'info' | 'services' | 'stop' }
  /** Resolves when every service was started once. */
  | { readonly id: number; readonly op: 'ready' }
  | { readonly id: number; readonly op: 'restart' | 'processes' | 'sockets'; readonly service: string }
  /** Keeps an observer running with this job until the session ends; a second call changes nothing. */
  | { readonly id: number; readonly op: 'load'; readonly job: unknown };

export type SupervisorAnswer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };

/** Where a session's own resolver listens: on the loopback of its machine, as that of many systems does. */
export const RESOLVER = '127.0.0.53';

/** File names in the session's folder. */
export const SUPERVISOR_FILES = { plan: 'supervisor.json', socket: 'supervisor.sock', log: 'supervisor.log' } as const;

/** Environment variables by which the processes of a session are found again. */
export const MARKER = { session: 'OPSLAB_SESSION', service: 'OPSLAB_SERVICE' } as const;
