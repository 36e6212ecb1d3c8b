/**
 * What the observer and its host say to each other: JSON values, one a line, over the observer's stdin and stdout.
 * The host sends one job; the observer may call back for facts that only the runtime has; it ends with a result or an error.
 */

/** Where a service is reached from the observer. `ports` maps a port of compose.yaml to the one in use, where they differ. */
export interface ServiceAddress {
  readonly host: string;
  readonly ports?: Readonly<Record<string, number>>;
}

export type Addresses = Readonly<Record<string, ServiceAddress>>;

export interface LoadSpec {
  readonly service: string;
  readonly port: number;
  readonly path: string;
  /** Requests per second. */
  readonly rate: number;
  readonly timeoutMs: number;
}

export type ObserverJob =
  | ({ readonly op: 'http-load'; readonly seconds: number; readonly addresses: Addresses } & LoadSpec)
  | {
      readonly op: 'script';
      /** Absolute path of a module whose default export measures. */
      readonly script: string;
      readonly args: Readonly<Record<string, string | number | boolean>>;
      readonly addresses: Addresses;
    }
  /** Runs a program in a fresh process beside the observer; the last line of its output is a JSON object of figures. */
  | { readonly op: 'exec'; readonly argv: readonly string[] }
  /** Goes on until it is told to end (SIGTERM, or the end of its stdin). */
  | { readonly op: 'load-forever'; readonly loads: readonly LoadSpec[]; readonly addresses: Addresses }
  /**
   * Every process and TCP socket of the process namespace that the observer runs in; see ProcfsSnapshot. By stdin, each
   * further line asks for another look, until stdin ends.
   */
  | { readonly op: 'procfs' };

/** What a script may ask of the runtime in the middle of its work. */
export type ObserverCall = 'processes' | 'service' | 'sockets' | 'restart' | 'containers';

export type ObserverLine =
  | { readonly result: unknown }
  | { readonly error: { readonly code: ObserverErrorCode; readonly reason: string } }
  | { readonly call: ObserverCall; readonly service: string; readonly id: number };

/** `could-not-check`: the probe gave up, with a reason for people. `script-failed`: the probe itself is broken. */
export type ObserverErrorCode = 'could-not-check' | 'script-failed';

/** The host's answer to a call. */
export type HostLine = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: string };

/** One process as /proc shows it. Sizes in bytes, times in milliseconds. */
export interface ProcessRecord {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: readonly string[];
  readonly state: string;
  readonly threads: number;
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  readonly cpuMs: number;
  /** null when this observer may not look. */
  readonly descriptors: number | null;
  readonly softDescriptorLimit: number;
  readonly hardDescriptorLimit: number;
  /** Since 1970; right to a second, and the same at every look. */
  readonly startedAt: number;
  /** Its lines of /proc/PID/cgroup, which name its container. */
  readonly cgroup: string;
  /** Identity of its network namespace, such as `net:[4026531840]`; empty when this observer may not look. */
  readonly network: string;
}

export interface SocketRecord {
  /** The kernel's word: LISTEN, ESTABLISHED, TIME_WAIT, ... */
  readonly state: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** The lowest pid that holds it; 0 for none, as in TIME_WAIT. */
  readonly pid: number;
  readonly network: string;
}

export interface ProcfsSnapshot {
  readonly processes: readonly ProcessRecord[];
  readonly sockets: readonly SocketRecord[];
}
