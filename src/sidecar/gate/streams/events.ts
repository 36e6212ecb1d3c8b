/**
 * One subscription to the engine's events for the whole session. Of an event only type, action, id and time are believed:
 * labels overwrite the rest. What a learner sees is put together from the ledger.
 */
import type { IncomingMessage } from 'node:http';
import { removeAnonymous } from '../handlers/volumes.ts';
import type { Kind, OwnRow } from '../ledger.ts';
import { forgetFile } from '../name-service.ts';
import type { GateSession } from '../session.ts';
import { jsonLines } from './json-lines.ts';

export interface GateEvent {
  readonly type: Kind;
  readonly action: string;
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly attributes: Readonly<Record<string, string>>;
}

interface EngineEvent {
  readonly Type?: unknown;
  readonly Action?: unknown;
  readonly Actor?: { readonly ID?: unknown; readonly Attributes?: Readonly<Record<string, unknown>> | null };
  readonly timeNano?: unknown;
}

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  container: [
    'attach',
    'commit',
    'copy',
    'create',
    'destroy',
    'detach',
    'die',
    'exec_create',
    'exec_detach',
    'exec_die',
    'exec_start',
    'health_status',
    'kill',
    'oom',
    'pause',
    'rename',
    'resize',
    'restart',
    'start',
    'stop',
    'top',
    'unpause',
    'update',
  ],
  network: ['connect', 'create', 'destroy', 'disconnect', 'remove'],
  volume: ['create', 'destroy', 'mount', 'unmount'],
  image: ['build', 'delete', 'tag', 'untag'],
};
const RETRY_MS = 500;
/** An event may come before the answer that tells us the id; it is held back for so long, in milliseconds. */
const HOLD_MS = 1_500;
/** Events that wait to be told; the engine waits beyond that. */
const MOST_WAITING = 2_000;

export class EventHub {
  readonly #session: GateSession;
  readonly #listeners = new Set<(event: GateEvent) => void>();
  readonly #strangers = new Set<(containerId: string) => void>();
  #past: GateEvent[] = [];
  #stream: IncomingMessage | null = null;
  #closed = false;
  #last = 0n;

  constructor(session: GateSession) {
    this.#session = session;
  }

  /** Resolves once the engine has begun to tell. */
  async open(): Promise<void> {
    const first = await this.#follow();
    void this.#run(first);
  }

  close(): void {
    this.#closed = true;
    this.#stream?.destroy();
  }

  /** @param since nanoseconds; past events after it come first @returns a function that ends it */
  subscribe(listener: (event: GateEvent) => void, since: bigint | null): () => void {
    if (since !== null) for (const event of this.#past) if (event.at >= since) listener(event);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A container was created that is not in the ledger yet: of a build, of somebody else, or one that is just being made. */
  onStranger(listener: (containerId: string) => void): () => void {
    this.#strangers.add(listener);
    return () => this.#strangers.delete(listener);
  }

  async #follow(): Promise<IncomingMessage> {
    // After the last one that was told: not to tell it twice.
    const next = this.#last + 1000n;
    const since = this.#last === 0n ? undefined : `${next / 1_000_000_000n}.${String(next % 1_000_000_000n).padStart(9, '0')}`;
    this.#stream = await this.#session.engine.stream({
      method: 'GET',
      path: '/events',
      query: { filters: JSON.stringify({ type: Object.keys(ACTIONS) }), since },
      timeoutMs: 10_000,
    });
    return this.#stream;
  }

  async #run(first: IncomingMessage): Promise<void> {
    let stream: IncomingMessage | null = first;
    while (!this.#closed) {
      try {
        stream ??= await this.#follow();
        let behind: Promise<void> = Promise.resolve();
        let waiting = 0;
        for await (const line of jsonLines(stream)) {
          this.#spot(line as EngineEvent);
          waiting += 1;
          behind = behind
            .then(() => this.#take(line as EngineEvent))
            .catch(() => {})
            .finally(() => {
              waiting -= 1;
            });
          if (waiting >= MOST_WAITING) await behind;
        }
        await behind;
      } catch {
        // The engine is gone for a moment: ask again.
      }
      stream = null;
      if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** A build's container is told at once: its limits are set before it starts, whatever other events wait for. */
  #spot({ Type, Action, Actor }: EngineEvent): void {
    const id = Actor?.ID;
    if (Type !== 'container' || Action !== 'create' || typeof id !== 'string' || this.#session.ledger.everById('container', id)) return;
    for (const listener of this.#strangers) listener(id);
  }

  async #take(line: EngineEvent): Promise<void> {
    const type = line.Type;
    const action = line.Action;
    const id = line.Actor?.ID;
    if (typeof type !== 'string' || typeof action !== 'string' || typeof id !== 'string' || !Object.hasOwn(ACTIONS, type)) return;
    const at = nanoseconds(line.timeNano);
    if (at > this.#last) this.#last = at;
    const kind = type as Kind;
    const verb = action.split(':')[0] ?? '';
    if (!ACTIONS[type]?.includes(verb)) return;
    const row = await this.#rowOf(kind, id);
    if (!row && (kind !== 'network' || id !== this.#session.config.sessionNetworkId)) return;
    const attributes = await this.#attributes(kind, verb, row, line.Actor?.Attributes ?? {});
    if (attributes)
      this.#tell({ type: kind, action: this.#session.scrub(action), id: kind === 'volume' ? (row?.name ?? '') : id, at, attributes });
    if (row && kind === 'container') this.#followPorts(row, verb);
    if (row && kind === 'container' && verb === 'destroy') {
      this.#session.ledger.remove(row);
      if (row.notes.autoRemove) await removeAnonymous(this.#session, row);
      forgetFile(this.#session, row);
    }
  }

  /** A container that the engine starts again by itself gets its ports back. */
  #followPorts(row: OwnRow, verb: string): void {
    const { ports, starting } = this.#session;
    if (verb === 'die') ports.close(row.id);
    else if (verb === 'start' && !(starting.has(row.id) && ports.isOpen(row.id))) void ports.resume(row);
  }

  /** Waits a little when something of this kind is being made, since it may be this one. */
  async #rowOf(kind: Kind, id: string): Promise<OwnRow | undefined> {
    const { ledger } = this.#session;
    const deadline = performance.now() + HOLD_MS;
    for (;;) {
      const row = ledger.everById(kind, id);
      // A build's row is an intent for as long as it runs, and its result is told by the builder itself.
      if (row || kind === 'image' || performance.now() > deadline || !ledger.rows(kind).some(({ state }) => state === 'intent')) return row;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** @returns null for an event that is not the learner's to see */
  async #attributes(
    kind: Kind,
    verb: string,
    row: OwnRow | undefined,
    given: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, string> | null> {
    const { ledger, names } = this.#session;
    const text = (name: string): string => (typeof given[name] === 'string' ? (given[name] as string) : '');
    if (kind === 'network') {
      const container = ledger.everById('container', text('container'));
      if ((verb === 'connect' || verb === 'disconnect') && !container) return null;
      return { name: row?.name ?? 'bridge', type: 'bridge', ...(container ? { container: container.id } : {}) };
    }
    if (!row) return null;
    if (kind === 'volume') {
      const container = ledger.everById('container', text('container'));
      return { driver: 'local', ...(container ? { container: container.id } : {}) };
    }
    if (kind === 'image') return { name: row.notes.tags?.[0] ?? row.id };
    const attributes: Record<string, string> = { ...row.notes.labels, image: row.notes.image ?? '', name: row.name };
    if (verb.startsWith('exec_')) {
      // The platform runs commands in containers, too.
      if (!(await this.#rowOf('exec', text('execID')))) return null;
      attributes.execID = text('execID');
    }
    // A label of the container or of its image takes the place of what the engine has to say.
    const isLabel = (name: string): boolean => Object.hasOwn(row.notes.labels ?? {}, name) || row.notes.hidden?.includes(name) === true;
    for (const name of ['exitCode', 'signal']) if (/^\d{1,3}$/.test(text(name)) && !isLabel(name)) attributes[name] = text(name);
    if (verb === 'rename' && !isLabel('oldName')) attributes.oldName = names.plain(text('oldName'));
    return attributes;
  }

  #tell(event: GateEvent): void {
    const { events } = this.#session.config.limits;
    this.#past.push(event);
    if (this.#past.length > events) this.#past = this.#past.slice(-events);
    for (const listener of this.#listeners) listener(event);
  }
}

/** Engines send more digits than a number holds; a microsecond is near enough. */
function nanoseconds(value: unknown): bigint {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? BigInt(Math.round(number / 1000)) * 1000n : 0n;
}
