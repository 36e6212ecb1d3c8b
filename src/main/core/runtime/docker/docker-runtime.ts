/** Sessions in containers of this machine's engine. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { engineError } from '../../engine/engine-error.ts';
import type { LabImages } from '../../engine/image-builder.ts';
import { LABEL } from '../../engine/labels.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Availability, Runtime, RuntimeSession, StartRequest } from '../runtime.ts';
import { bytesOf } from './container-spec.ts';
import { createNetworks, createObserver, createService, createVolumes, type Surroundings, startContainer } from './containers.ts';
import { DockerSession, inspectContainer, NO_COMMAND_LINE } from './docker-session.ts';
import { hangUp } from './hang-up.ts';
import { LOAD, OBSERVER, type SessionIdentity } from './names.ts';
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
}

/** Memory that the observer, the load and a look at the kernel may take besides the lab's own services. */
const OWN_MEMORY = 768 * 1024 ** 2;
/** Share of the engine's memory that sessions may be given. */
const MEMORY_SHARE = 0.9;

export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { engine, images, home, sidecarFolder, integration } = options;

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
    observer.catch(() => {});
    for (const wave of plan.waves) {
      signal.throwIfAborted();
      onProgress(`Starting ${wave.join(', ')}`);
      await Promise.all(wave.map((name) => up(name, () => createService(around, name, containers, networks))));
    }
    await observer;
  }

  async function start(request: StartRequest): Promise<RuntimeSession> {
    const { lab, onProgress, folder } = request;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, request.signal]);
    const plan = planServices(lab.compose);
    const docker = await engine.docker();
    const around: Surroundings = { docker, details: await engine.details(), identity: identityOf(request), lab, images, signal };
    const containers = new Map<string, string>();
    try {
      onProgress('Preparing networks and files');
      const image = await images.imageId('ops-lab/base');
      const observer = await observerFile();
      const [networks] = await Promise.all([createNetworks(around), createVolumes(around)]);
      await seedVolumes({ docker, identity: around.identity, lab, image, observer, integration, signal });
      onProgress('Starting the first terminal');
      for (const name of plan.first) {
        const id = await createService(around, name, containers, networks);
        containers.set(name, id);
        await startContainer(docker, id, `the service ${name}`, signal);
      }
      // From here on the session's own end decides, not the request that began it.
      const later = { ...around, signal: ending.signal };
      const ready = bringUp(later, plan, containers, networks, onProgress);
      return new DockerSession({ engine, around: later, containers, networks, terminal: plan.terminal, image, folder, ready, ending });
    } catch (error) {
      ending.abort();
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
    for (const { kind, id, labels } of resources) {
      const service = labels[LABEL.service];
      if (kind === 'container' && service !== undefined && known.has(service)) containers.set(service, id);
    }
    const terminal = containers.get(plan.terminal);
    if (terminal === undefined || !(await inspectContainer(docker, terminal, request.signal))?.State.Running) return null;
    const networks = new Map(
      resources.flatMap(({ kind, id, name }) => (kind === 'network' ? [[networkName(request.sessionId, name), id] as const] : [])),
    );
    const image = await images.imageId('ops-lab/base');
    const ending = new AbortController();
    const around: Surroundings = {
      docker,
      details: await engine.details(),
      identity: identityOf(request),
      lab,
      images,
      signal: ending.signal,
    };
    await hangUp(docker, terminal, '');
    const ready = bringUp(around, plan, containers, networks, () => {});
    return new DockerSession({ engine, around, containers, networks, terminal: plan.terminal, image, folder, ready, ending });
  }

  async function sweep(keep: ReadonlySet<string>): Promise<string[]> {
    const docker = await engine.docker();
    const find = async () => (await findResources(docker, homeFilter(home))).filter(({ labels }) => !keep.has(labels[LABEL.session] ?? ''));
    const { removed } = await removeAll(docker, find);
    return removed;
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

/** The name in compose.yaml of a network that carries a session's name. */
function networkName(sessionId: string, name: string): string {
  return name.slice(`ops-lab-${sessionId.slice(0, 12)}-`.length);
}
