/** Sessions in containers of this machine's engine. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { engineError } from '../../engine/engine-error.ts';
import type { LabImages } from '../../engine/image-builder.ts';
import { BASE } from '../../engine/lab-image-recipe.ts';
import { LABEL } from '../../engine/labels.ts';
import { resolverOf } from '../../labs/compose.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Availability, Keep, Runtime, RuntimeSession, StartRequest } from '../runtime.ts';
import { bytesOf } from './container-spec.ts';
import { createNetworks, createObserver, createService, createVolumes, type Surroundings, startContainer } from './containers.ts';
import { DockerSession, inspectContainer, NO_COMMAND_LINE } from './docker-session.ts';
import { asText, runExec } from './exec.ts';
import { GateProcess, type GateStart, gateObstacle } from './gate-process.ts';
import { hangUp } from './hang-up.ts';
import { LOAD, OBSERVER, type SessionIdentity, volumesOf } from './names.ts';
import { type Plan, planServices } from './plan.ts';
import { findResources, homeFilter, removeAll, sessionFilter } from './resources.ts';
import { seedVolumes } from './seed.ts';
import { findCommandLine } from './terminal-command.ts';

export interface DockerRuntimeOptions {
  readonly engine: Engine;
  readonly images: LabImages;
  /** Id of the data directory: two installations on one engine leave each other alone. */
  readonly home: string;
  /** Folder with `observer.mjs`. */
  readonly sidecarFolder: string;
  /** Text of the bash integration that reports commands. */
  readonly integration: string;
  /** The Node that runs the gate. */
  readonly node: string;
  /** Whether `node` is an Electron binary that has to be told to behave as Node. */
  readonly electronRunAsNode: boolean;
}

/** Memory that the observer, the load and a look at the kernel may take besides the lab's own services. */
const OWN_MEMORY = 768 * 1024 ** 2;
/** Share of the engine's memory that sessions may be given. */
const MEMORY_SHARE = 0.9;

/** The runtime that makes containers of an engine. Nothing is asked of the engine until a session starts. */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { engine, images, home, sidecarFolder, integration, node, electronRunAsNode } = options;

  const identityOf = (request: Pick<StartRequest, 'sessionId' | 'learnerId' | 'lab'>): SessionIdentity => ({
    sessionId: request.sessionId,
    learnerId: request.learnerId,
    labId: request.lab.id,
    home,
  });

  async function availability(lab: Lab): Promise<Availability> {
    const no = (reason: string): Availability => ({ available: false, reason });
    if (!lab.manifest.runtimes.docker) return no('This lab does not run in containers.');
    const facts = await engine.status();
    if (facts.state !== 'ready') return no(facts.message);
    const details = await engine.details();
    if (!findCommandLine(details)) return no(NO_COMMAND_LINE);
    const obstacle = usesEngine(lab) ? gateObstacle(details) : null;
    if (obstacle !== null) return no(obstacle);
    const needed = Object.values(lab.compose.services).reduce((sum, { mem_limit }) => sum + bytesOf(mem_limit), OWN_MEMORY);
    if (details.memoryBytes > 0 && needed > details.memoryBytes * MEMORY_SHARE) {
      return no(
        `This lab may need ${Math.ceil(needed / 1024 ** 2)} MB of memory; the engine has ${Math.floor(details.memoryBytes / 1024 ** 2)} MB.`,
      );
    }
    const image = await images.status();
    return { available: true, reason: image.state === 'ready' ? '' : 'The lab image is built first; that takes a minute or two.' };
  }

  /** Creates and starts what is missing, in order. Running it again after it was cut off goes on where it stopped. */
  async function bringUp(
    around: Surroundings,
    plan: Plan,
    containers: Map<string, string>,
    networks: ReadonlyMap<string, string>,
    onProgress: (message: string) => void,
  ): Promise<void> {
    const { docker, signal } = around;
    const up = async (name: string, make: () => Promise<string>): Promise<void> => {
      const known = containers.get(name);
      // One that has run already has ended by itself, or its restart policy looks after it.
      if (known !== undefined && (await inspectContainer(docker, known, signal))?.State.Status !== 'created') return;
      const id = known ?? (await make());
      containers.set(name, id);
      await startContainer(docker, id, name.startsWith('~') ? 'the observer' : `the service ${name}`, signal);
    };
    const observer = up(OBSERVER, () => createObserver(around, OBSERVER, networks));
    const services = async (): Promise<void> => {
      for (const wave of plan.waves) {
        signal.throwIfAborted();
        onProgress(`Starting ${wave.join(', ')}`);
        await allSettled(wave.map((name) => up(name, () => createService(around, name, containers, networks))));
      }
    };
    await allSettled([observer, services()]);
  }

  async function start(request: StartRequest): Promise<RuntimeSession> {
    const { lab, onProgress, folder } = request;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, request.signal]);
    const plan = planServices(lab.compose);
    const docker = await engine.docker();
    const gate = usesEngine(lab) ? newGate(folder) : null;
    const hostMounts = await gate?.prepare();
    const around: Surroundings = {
      docker,
      details: await engine.details(),
      identity: identityOf(request),
      lab,
      images,
      signal,
      ...(hostMounts ? { hostMounts } : {}),
    };
    const containers = new Map<string, string>();
    try {
      onProgress('Preparing networks and files');
      const image = await images.imageId(BASE);
      const observer = await observerFile();
      const seed = { docker, identity: around.identity, lab, image, observer, integration, signal };
      const [networks] = await allSettled([createNetworks(around), createVolumes(around).then(() => seedVolumes(seed))]);
      onProgress('Starting the first terminal');
      for (const name of plan.first) {
        const id = await createService(around, name, containers, networks);
        containers.set(name, id);
        await startContainer(docker, id, `the service ${name}`, signal);
      }
      await startGate(gate, around, plan, containers, networks);
      // From here on the session's own end decides, not the request that began it.
      const later = { ...around, signal: ending.signal };
      const ready = bringUp(later, plan, containers, networks, onProgress).then(() => gate?.share(sharedServices(lab, containers)));
      return new DockerSession({
        engine,
        around: later,
        containers,
        networks,
        terminal: plan.terminal,
        image,
        folder,
        ready,
        ending,
        gate,
      });
    } catch (error) {
      ending.abort();
      await gate?.end().catch(() => {});
      await removeAll(docker, () => findResources(docker, sessionFilter(request.sessionId))).catch(() => {
        // The engine is gone, perhaps: the sweep at the next start finds what is left.
      });
      throw engineError(error, `start the lab ${lab.id}`);
    }
  }

  async function adopt(request: Omit<StartRequest, 'onProgress'>): Promise<RuntimeSession | null> {
    const { lab, folder } = request;
    const docker = await engine.docker();
    const plan = planServices(lab.compose);
    const known = new Set([...Object.keys(lab.compose.services), OBSERVER, LOAD]);
    const resources = await findResources(docker, [...sessionFilter(request.sessionId), `${LABEL.home}=${home}`]);
    const containers = new Map<string, string>();
    // A session that is there needs no image that is not: nothing is built here, and a container tells what it was made of.
    const used = new Map<string, string>();
    for (const { kind, id, labels, image } of resources) {
      const service = labels[LABEL.service];
      if (kind !== 'container' || service === undefined || !known.has(service)) continue;
      containers.set(service, id);
      if (image) used.set(lab.compose.services[service]?.image ?? BASE, image);
    }
    const existing: LabImages = {
      imageId: async (reference) => used.get(reference) ?? images.imageId(reference, 'existing'),
      status: () => images.status(),
    };
    const terminal = containers.get(plan.terminal);
    if (terminal === undefined || !(await inspectContainer(docker, terminal, request.signal))?.State.Running) return null;
    const networks = new Map(
      resources.flatMap(({ kind, id, name, labels }) =>
        kind === 'network' && labels[LABEL.service] === undefined ? [[networkName(request.sessionId, name), id] as const] : [],
      ),
    );
    const image = await existing.imageId(BASE);
    const ending = new AbortController();
    const gate = usesEngine(lab) ? newGate(folder) : null;
    const around: Surroundings = {
      docker,
      details: await engine.details(),
      identity: identityOf(request),
      lab,
      images: existing,
      signal: ending.signal,
    };
    await hangUp(docker, terminal, '');
    try {
      await startGate(gate, around, plan, containers, networks);
      const ready = bringUp(around, plan, containers, networks, () => {}).then(() => gate?.share(sharedServices(lab, containers)));
      return new DockerSession({ engine, around, containers, networks, terminal: plan.terminal, image, folder, ready, ending, gate });
    } catch (error) {
      ending.abort();
      // Its process alone: what the learner has made is left as it is.
      await gate?.stop();
      throw error;
    }
  }

  async function sweep(keep: Keep): Promise<string[]> {
    const docker = await engine.docker();
    const find = async () => (await findResources(docker, homeFilter(home))).filter(({ labels }) => !keep.has(labels[LABEL.session] ?? ''));
    const { removed } = await removeAll(docker, find);
    return removed;
  }

  function newGate(folder: string): GateProcess {
    return new GateProcess({ node, electronRunAsNode, file: join(sidecarFolder, 'gate.mjs') }, folder);
  }

  async function startGate(
    gate: GateProcess | null,
    around: Surroundings,
    plan: Plan,
    containers: Map<string, string>,
    networks: ReadonlyMap<string, string>,
  ): Promise<void> {
    if (!gate) return;
    const request = await gateStart(around, plan, containers, networks);
    await gate.start(request);
    const container = request.terminal;
    const argv = ['sh', '-c', 'ln -sf /run/ops-lab/docker.sock /var/run/docker.sock && docker version'];
    const { exitCode, stderr } = asText(await runExec(around.docker, { container, argv }, { timeoutMs: 20_000, signal: around.signal }));
    if (exitCode !== 0)
      throw new OpsLabError('engine-failed', `The docker command line does not work in the terminal: ${stderr.slice(0, 300)}`);
  }

  /** What the gate of a session is told. */
  async function gateStart(
    around: Surroundings,
    plan: Plan,
    containers: Map<string, string>,
    networks: ReadonlyMap<string, string>,
  ): Promise<GateStart> {
    const { identity, details, lab, images } = around;
    const services = Object.values(lab.compose.services);
    const names = [...new Set(services.map(({ image }) => image))];
    const sessionNetwork = networks.get('default') ?? [...networks.values()][0];
    const terminal = containers.get(plan.terminal);
    if (sessionNetwork === undefined || terminal === undefined)
      throw new OpsLabError('lab-broken', 'A lab with an engine needs a network.');
    return {
      identity,
      details,
      sessionNetwork,
      terminal,
      reservedNames: servicesOf(lab, (role) => role !== 'service'),
      serviceNames: servicesOf(lab, (role) => role === 'service'),
      onRebuilt: (service, id) => containers.set(service, id),
      workspaceVolume: volumesOf(identity).workspace,
      images: new Map(await Promise.all(names.map(async (name) => [name, await images.imageId(name)] as const))),
      capabilities: [...new Set(services.flatMap((service) => service.cap_add))],
      resolver: containers.get(resolverOf(lab.compose) ?? '') ?? null,
    };
  }

  async function observerFile(): Promise<string> {
    const path = join(sidecarFolder, 'observer.mjs');
    try {
      await access(path);
      return path;
    } catch {
      throw new OpsLabError('internal', `The program that measures is missing (${path}). Build Ops Lab again: npm run build.`);
    }
  }

  return { kind: 'docker', availability, start, adopt, sweep };
}

/** Waits for all of them also when one fails: whoever clears up after the failure must find what the others have made. */
async function allSettled<T extends readonly Promise<unknown>[] | []>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function usesEngine(lab: Lab): boolean {
  return Object.values(lab.compose.services).some((service) => service['x-ops-lab'].engine === true);
}

/** The services that the learner sees and handles with docker: upstreams stay out of reach. */
function sharedServices(lab: Lab, containers: ReadonlyMap<string, string>): { name: string; id: string }[] {
  return servicesOf(lab, (role) => role === 'service').flatMap((name) => {
    const id = containers.get(name);
    return id === undefined ? [] : [{ name, id }];
  });
}

/** Names of the services whose role is `wanted`. */
function servicesOf(lab: Lab, wanted: (role: string) => boolean): string[] {
  return Object.entries(lab.compose.services).flatMap(([name, service]) => (wanted(service['x-ops-lab'].role) ? [name] : []));
}

/** The name in compose.yaml of a network that carries a session's name. */
function networkName(sessionId: string, name: string): string {
  return name.slice(`ops-lab-${sessionId.slice(0, 12)}-`.length);
}
