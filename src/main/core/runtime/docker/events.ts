/**
 * What the engine tells while a session runs: ends and out-of-memory kills of its containers. Docker forgets a kill at the
 * next restart, so they are counted here. Of an event only type, action, id and time are believed: labels overwrite the rest.
 */
import type { Readable } from 'node:stream';
import { jsonLines, streamFromEngine } from '../../engine/api.ts';
import type { Engine } from '../../engine/engine.ts';

export interface ContainerEvent {
  readonly id: string;
  readonly action: 'die' | 'oom' | 'start';
  /** Milliseconds since 1970, by the engine's clock. */
  readonly at: number;
}

const ACTIONS = ['die', 'oom', 'start'];
const RETRY_AFTER = 1_000;
/** An engine that has been gone for so long is not waited for any more, in milliseconds. */
const GONE_AFTER = 60_000;

export interface EventWatch {
  /** Resolves once the engine has begun to tell, so that what follows is not missed. */
  readonly watching: Promise<void>;
  close(): void;
}

/**
 * @param onBack the engine has answered again after it was gone: look at everything anew
 * @param onGone the engine has not answered for a minute
 */
export function watchEvents(engine: Engine, on: { event(event: ContainerEvent): void; back(): void; gone(): void }): EventWatch {
  const closing = new AbortController();
  let open: Readable | null = null;
  let last = 0n;
  let started: () => void = () => {};
  const watching = new Promise<void>((resolve) => {
    started = resolve;
  });
  const follow = async (): Promise<void> => {
    const docker = await engine.docker();
    const since = last === 0n ? {} : { since: `${last / 1_000_000_000n}.${String(last % 1_000_000_000n).padStart(9, '0')}` };
    open = await streamFromEngine(docker, {
      method: 'GET',
      path: '/events',
      query: { filters: { type: ['container'], event: ACTIONS }, ...since },
      signal: closing.signal,
    });
  };
  const read = async (stream: Readable): Promise<void> => {
    for await (const line of jsonLines(stream)) {
      const id = (line.Actor as { ID?: unknown } | undefined)?.ID;
      const action = line.Action;
      const nanoseconds = BigInt(Math.round(Number(line.timeNano ?? 0) / 1000)) * 1000n;
      if (typeof id !== 'string' || typeof action !== 'string' || !ACTIONS.includes(action)) continue;
      if (nanoseconds > last) last = nanoseconds;
      on.event({ id, action: action as ContainerEvent['action'], at: Number(nanoseconds / 1_000_000n) });
    }
  };
  const run = async (): Promise<void> => {
    let goneSince = 0;
    while (!closing.signal.aborted) {
      try {
        await follow();
        started();
        if (goneSince > 0) on.back();
        goneSince = 0;
        if (open) await read(open);
      } catch {
        // Whatever ended it: try again below, unless closed.
      }
      if (closing.signal.aborted) break;
      goneSince ||= performance.now();
      if (performance.now() - goneSince > GONE_AFTER) return on.gone();
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    }
    started();
  };
  void run();
  return {
    watching,
    close() {
      closing.abort();
      open?.destroy();
    },
  };
}

/** Per service: how often it was killed for memory, and whether that was its latest end. */
export interface MemoryKills {
  kills: number;
  latestEnd: boolean;
}

/** The kill and the end are told by different parts of the engine, in either order, within this time in milliseconds. */
const TOGETHER = 1_500;

interface Seen extends MemoryKills {
  oomAt: number;
  dieAt: number;
  startAt: number;
}

export class MemoryKillCounter {
  #byId = new Map<string, Seen>();

  restore(id: string, { kills, latestEnd }: MemoryKills): void {
    Object.assign(this.#entry(id), { kills, latestEnd });
  }

  /** `known` is false for a container of which nothing was seen yet. */
  of(id: string): MemoryKills & { readonly known: boolean } {
    const { kills, latestEnd } = this.#byId.get(id) ?? { kills: 0, latestEnd: false };
    return { kills, latestEnd, known: this.#byId.has(id) };
  }

  /** An end by our own hand is none of memory. */
  forgetLatestEnd(id: string): void {
    this.#entry(id).latestEnd = false;
  }

  take({ id, action, at }: ContainerEvent): void {
    const entry = this.#entry(id);
    if (action === 'start') entry.startAt = at;
    else if (action === 'die') {
      entry.latestEnd = at - entry.oomAt < TOGETHER && entry.oomAt >= entry.startAt;
      entry.dieAt = at;
    } else {
      // One kill may be told several times.
      if (at - entry.oomAt > TOGETHER || entry.startAt > entry.oomAt) entry.kills += 1;
      entry.oomAt = at;
      if (at - entry.dieAt < TOGETHER && entry.dieAt >= entry.startAt) entry.latestEnd = true;
    }
  }

  #entry(id: string): Seen {
    const never = Number.NEGATIVE_INFINITY;
    const entry = this.#byId.get(id) ?? { kills: 0, latestEnd: false, oomAt: never, dieAt: never, startAt: never };
    this.#byId.set(id, entry);
    return entry;
  }
}
