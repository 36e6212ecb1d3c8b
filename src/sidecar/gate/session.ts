/** All that belongs to one session, for the handlers. */
import type { GateConfig, LabService } from './config.ts';
import { DiskWatch } from './disk-watch.ts';
import { chooseVersion, compareVersions, EngineClient, EngineRefusal } from './engine-client.ts';
import { Ledger, type OwnRow, type Row } from './ledger.ts';
import { BOUNDS, Holds, Rate, Slots, Turns } from './limits.ts';
import { Names } from './names.ts';
import { PolicyContext } from './policy/context.ts';
import { limited, Refusal } from './refusal.ts';
import { PortForwards } from './streams/port-forwards.ts';

export interface EngineFacts {
  /** Of the API, such as 1.41: the only one spoken here. */
  readonly apiVersion: string;
  readonly version: string;
  readonly architecture: string;
  readonly operatingSystem: string;
  readonly processors: number;
  /** How many of them a container may be limited to; null where the engine has no such limit, and refuses one. */
  readonly limitedProcessors: number | null;
  readonly memory: number;
  /** Where the engine keeps all; empty when it does not say. */
  readonly dataFolder: string;
  readonly cgroupVersion: string;
}

/** A path is matched once as a whole and then looked at: with the words in the middle of one pattern, `/var/` again and again is read from each of them to the end. */
const FOLDER = /\/(?:var|run|etc|home|root|usr|tmp|opt|mnt|snap|data)\/[^\s"',;)]*/g;
const OF_THE_ENGINE = /docker|containerd|overlay|volumes|netns/;
/** Bounded for the same reason: a session's id has 8 to 64 characters. */
const ANOTHER = /ops-lab-session-[a-z0-9-]{1,64}\/\S*|ops-lab-[a-z0-9-]{8,64}[.-][\w.-]+/g;

export class GateSession {
  readonly config: GateConfig;
  readonly names: Names;
  readonly ledger: Ledger;
  readonly engine: EngineClient;
  readonly context: PolicyContext;
  readonly ports: PortForwards;
  readonly requests: Rate;
  readonly sizes = new Rate(BOUNDS.sizesPerSecond, BOUNDS.sizesBurst);
  readonly streams: Slots;
  readonly builds: Slots;
  readonly startedAt = Date.now();
  /** Containers that are just being started. */
  readonly starting = new Holds();
  readonly starts = new Turns();
  /** Those who connect a container: two at once would both find room for one more network. */
  readonly connections = new Turns();
  /** Those who give images names or take them: two at once would both find room for the last one. */
  readonly taggings = new Turns();
  /** Those who clear up after builds: two at once would take each other's failures for the end. */
  readonly clearings = new Turns();
  /** Those who make or remove a volume: one that is asked for while it goes away would be taken for one that is there. */
  readonly volumeTurns = new Turns();
  readonly disk: DiskWatch;
  /** Called with each container of the learner's that takes the place of a service. */
  onRebuilt: (service: LabService) => void = () => {};
  #facts: EngineFacts | null = null;

  constructor(config: GateConfig) {
    const { limits } = config;
    this.config = config;
    this.names = new Names(config.sessionId, config.secret, config.reservedNames);
    this.ledger = new Ledger(config.ledgerFile);
    this.engine = new EngineClient({ socketPath: config.engineSocket, timeoutMs: limits.engineMs, answerBytes: limits.answerBytes });
    this.context = new PolicyContext(config, this.names, this.ledger);
    this.ports = new PortForwards(this);
    this.disk = new DiskWatch(this);
    this.requests = new Rate(limits.requestsPerSecond, limits.requestBurst);
    this.streams = new Slots(limits.streams);
    this.builds = new Slots(limits.builds);
  }

  get facts(): EngineFacts {
    if (!this.#facts) throw new Error('the engine has not been asked yet');
    return this.#facts;
  }

  get privateCgroups(): boolean {
    return compareVersions(this.facts.apiVersion, '1.41') >= 0;
  }

  /** Learns what the engine is, chooses the version, and settles what an earlier run left undone. */
  async begin(): Promise<void> {
    const { engine, config } = this;
    const version = await engine.call<{ Version: string; ApiVersion: string; MinAPIVersion?: string; Arch: string }>({
      method: 'GET',
      path: '/version',
    });
    engine.version = chooseVersion(version);
    const info = await engine.call<Partial<Record<string, unknown>>>({ method: 'GET', path: '/info' });
    this.#facts = {
      apiVersion: engine.version,
      version: version.Version,
      architecture: version.Arch,
      operatingSystem: String(info.OperatingSystem ?? 'Linux'),
      processors: Number(info.NCPU ?? 1),
      limitedProcessors: info.CpuCfsQuota === false ? null : Number(info.NCPU ?? 1),
      memory: Number(info.MemTotal ?? 0),
      dataFolder: String(info.DockerRootDir ?? ''),
      cgroupVersion: String(info.CgroupVersion ?? '1'),
    };
    await this.#settle();
    this.share(config.services);
  }

  /** Hands containers of the lab to the learner. One that was removed once stays removed. */
  share(services: readonly LabService[]): void {
    const { ledger } = this;
    for (const { name, id } of services) {
      if (ledger.everById('container', id) || ledger.named('container', name)) continue;
      ledger.complete(ledger.intend('container', name, { service: true }), id);
    }
  }

  /** Containers of the learner's that stand where a service of the lab was. */
  rebuilt(): LabService[] {
    return this.ledger
      .own('container')
      .filter((row) => this.#isRebuilt(row))
      .map(({ name, id }) => ({ name, id }));
  }

  /** Tells the core, whose probes look at services by name. */
  tellRebuilt(containerId: string): void {
    const row = this.ledger.byId('container', containerId);
    if (row && this.#isRebuilt(row)) this.onRebuilt({ name: row.name, id: row.id });
  }

  #isRebuilt({ name, notes }: OwnRow): boolean {
    return this.config.serviceNames.includes(name) && notes.service !== true;
  }

  /** Rows of which nobody knows whether the engine has done it: by the name that only this session uses, and its code. */
  async #settle(): Promise<void> {
    for (const row of this.ledger.rows().filter(({ state }) => state === 'intent')) {
      const found = await this.#lookFor(row);
      if (found === null) this.ledger.remove(row);
      else this.ledger.complete(row, found);
    }
  }

  async #lookFor(row: Row): Promise<string | null> {
    const name = this.names.mangle(row.name);
    const verified = (labels: unknown): boolean =>
      this.names.verify(row.kind, row.name, (labels as Record<string, string> | null | undefined)?.['io.ops-lab.gate']);
    if (row.kind === 'container') {
      const body = await this.engine.call<{ Id?: string; Config?: { Labels?: unknown } }>(
        { method: 'GET', path: `/containers/${name}/json` },
        [404],
      );
      return body.Id && verified(body.Config?.Labels) ? body.Id : null;
    }
    if (row.kind === 'network') {
      const all = await this.engine.call<{ Id: string; Name: string; Labels?: unknown }[]>({
        method: 'GET',
        path: '/networks',
        query: { filters: JSON.stringify({ name: [name] }) },
      });
      return all.find((network) => network.Name === name && verified(network.Labels))?.Id ?? null;
    }
    if (row.kind === 'volume') {
      const body = await this.engine.call<{ Name?: string; Labels?: unknown }>({ method: 'GET', path: `/volumes/${name}` }, [404]);
      return body.Name && verified(body.Labels) ? body.Name : null;
    }
    // A build that was cut off has no result; an exec belongs to the connection that made it.
    return null;
  }

  /**
   * Makes something on the engine under the ledger's eyes.
   * @param most how many of its kind the session may have, containers of the lab itself not counted
   * @param make asks the engine and returns the full id
   */
  async make(kind: Row['kind'], name: string, notes: Row['notes'], most: number, make: () => Promise<string>): Promise<OwnRow> {
    if (this.ledger.rows(kind).filter((row) => !row.notes.service).length >= most) {
      throw limited(`${most} ${kind === 'exec' ? 'running commands' : `${kind}s`}. Remove one that you do not need any more.`);
    }
    const row = this.ledger.intend(kind, name, notes);
    try {
      return this.ledger.complete(row, await make());
    } catch (error) {
      // A refusal made nothing. Anything else: nobody knows, and the row stays until the end looks.
      if (error instanceof EngineRefusal || error instanceof Refusal) this.ledger.remove(row);
      throw error;
    }
  }

  /** Text of the engine as the learner may see it: own names without prefix; nothing of the engine's folders or of others. */
  scrub(text: string): string {
    let volumes: Set<string> | null = null;
    const isVolume = (id: string): boolean => {
      volumes ??= new Set(this.ledger.rows('volume').map(({ name }) => name));
      return volumes.has(id);
    };
    return this.names
      .plain(text)
      .replace(FOLDER, (path) => (OF_THE_ENGINE.test(path) ? '(engine)' : path))
      .replace(ANOTHER, '(another)')
      .replace(/\b[0-9a-f]{64}\b/g, (id) => (this.#isKnown(id) || isVolume(id) ? id : '(another)'));
  }

  #isKnown(id: string): boolean {
    return (
      (['container', 'network', 'exec'] as const).some((kind) => this.ledger.everById(kind, id)) ||
      this.ledger.everById('image', `sha256:${id}`) !== undefined ||
      id === this.config.sessionNetworkId ||
      this.config.allowedImages.some((image) => image.id === `sha256:${id}`)
    );
  }

  /** A refusal of the engine as one of the gate. */
  refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof EngineRefusal)
      return new Refusal(error.status >= 400 && error.status < 600 ? error.status : 502, this.scrub(error.message));
    return new Refusal(502, 'The engine did not answer. Try again; if it stays so, start the lab again.');
  }

  close(): void {
    this.disk.close();
    this.engine.close();
    this.ledger.close();
  }
}
