/**
 * What a script probe of a lab (`labs/ID/probes/*.mjs`) is given. The script runs in the observer, outside the learner's
 * reach, on both runtimes; its default export is `async (probe: ProbeContext) => Record<string, number>`.
 */
export interface HttpAnswer {
  /** 0 when no answer came; `error` then has the code, such as ECONNRESET or TIMEOUT. */
  readonly status: number;
  readonly error: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds from sending to the last byte. */
  readonly ms: number;
}

export interface LoadFigures {
  readonly sent: number;
  readonly answered: number;
  /** Answers with a status from 200 to 299. */
  readonly ok: number;
  readonly failed: number;
  /** Milliseconds, over all requests; one that was not answered counts with its time-out. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface ProbeContext {
  readonly args: Readonly<Record<string, string | number | boolean>>;
  /** `http://HOST:PORT` under which a service is reached from here. */
  url(service: string, port: number): string;
  request(
    url: string,
    options?: { method?: string; headers?: Record<string, string>; body?: string; timeoutMs?: number },
  ): Promise<HttpAnswer>;
  /** Open-loop load: requests leave on time whether or not earlier ones were answered. */
  load(url: string, options: { rate: number; seconds: number; timeoutMs?: number }): Promise<LoadFigures>;
  /** What the kernel says of a service's processes now (see ProcessFacts of core/runtime/runtime.ts). */
  processes(service: string): Promise<
    {
      pid: number;
      parentPid: number;
      command: string[];
      state: string;
      threads: number;
      residentBytes: number;
      peakResidentBytes: number;
      cpuMs: number;
      descriptors: number;
      softDescriptorLimit: number;
      hardDescriptorLimit: number;
      startedAt: number;
    }[]
  >;
  /** State, restarts, out-of-memory kills and memory limit of a service, from the engine or the supervisor. */
  service(service: string): Promise<{
    state: string;
    restarts: number;
    exitCode: number | null;
    outOfMemory: boolean;
    outOfMemoryKills?: number;
    memoryLimitBytes?: number;
    startedAt: number | null;
  }>;
  sockets(service: string): Promise<{ state: string; localPort: number; remotePort: number; pid: number }[]>;
  /** Containers that the learner made with docker, as the engine sees them; their addresses are reached from here. */
  containers(): Promise<{ id: string; name: string; state: string; command: string; addresses: string[] }[]>;
  /** Restarts a service as an operator would. */
  restart(service: string): Promise<void>;
  /** Waits until `condition` is true; throws `could not check: WHAT` after `timeoutMs`. */
  waitFor(what: string, condition: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  sleep(ms: number): Promise<void>;
  /** Uniform; both ends included. Not predictable by the learner's service. */
  randomInteger(low: number, high: number): number;
  /** Ends the probe with `could-not-check` and this reason. */
  giveUp(reason: string): never;
}
