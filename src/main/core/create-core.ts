/** Puts the core together. Whoever calls it owns it and closes it. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { OpsLabError } from '../../shared/contract/errors.ts';
import { Slots } from './checks/slots.ts';
import type { Core } from './core.ts';
import { createRuntimes, type Runtimes } from './create-runtimes.ts';
import { doctor } from './engine/doctor.ts';
import { Engine } from './engine/engine.ts';
import { EngineGlue } from './engine/engine-service.ts';
import { ImageBuilder } from './engine/image-builder.ts';
import { EventHub } from './events/event-hub.ts';
import { createHistoryService } from './history/history-service.ts';
import { claimDataDirectory } from './host-lock.ts';
import { LabCatalog } from './labs/lab-catalog.ts';
import { Labs } from './labs/lab-service.ts';
import type { LabFolders } from './labs/load-labs.ts';
import { createLearnerService } from './learners/learner-service.ts';
import { createProgressService } from './progress/progress-service.ts';
import { startAfter } from './runtime/start-after.ts';
import { Sessions } from './sessions/session-service.ts';
import { createSettingsService } from './settings/settings-service.ts';
import { soon } from './soon.ts';
import { openStore } from './store/store.ts';

/** The host serves its page in this time, in milliseconds; what follows goes on while the page loads. */
const UNTIL_SERVED_MS = 100;

export interface CoreOptions {
  readonly dataDirectory: string;
  readonly labFolders: LabFolders;
  /** Folder of the bundled sidecar programs. */
  readonly sidecarFolder: string;
  /** The Node that runs the labs' programs on the shell runtime. */
  readonly node: string;
  /** Whether `node` is an Electron binary that has to be told to behave as Node. */
  readonly electronRunAsNode: boolean;
  readonly version: string;
}

/**
 * Opens the store, finds labs and engine, takes over sessions that an earlier host left running.
 * @throws OpsLabError `store-newer`, `store-damaged`; `conflict` when another host uses this data directory, or
 *   another program its database; `not-allowed` or `limit` when the directory cannot be written
 */
export async function createCore(options: CoreOptions): Promise<Core> {
  const release = openDataDirectory(options.dataDirectory);
  try {
    return await compose(options, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** Makes the data directory and claims it. @returns what gives it back */
function openDataDirectory(dataDirectory: string): () => void {
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    return claimDataDirectory(dataDirectory);
  } catch (error) {
    if (error instanceof OpsLabError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const what = `The disk is full: the data directory ${dataDirectory} cannot be written. Free some space, or choose another place with --data-dir.`;
      throw new OpsLabError('limit', what, { dataDirectory }, true);
    }
    const what = `The data directory ${dataDirectory} cannot be written (${message}). Make it writable for you, or choose another one with --data-dir or OPS_LAB_DATA_DIR.`;
    throw new OpsLabError('not-allowed', what, { dataDirectory });
  }
}

async function compose(options: CoreOptions, release: () => void): Promise<Core> {
  const { dataDirectory, labFolders, version } = options;
  const store = openStore(join(dataDirectory, 'ops-lab.sqlite'));
  const events = new EventHub();
  const settings = createSettingsService(store, events);
  const catalog = new LabCatalog(labFolders);
  const engine = new Engine();
  const images = new ImageBuilder({ engine, folder: join(labFolders.builtIn, 'images', 'base'), workFolder: join(dataDirectory, 'work') });
  const engineService: EngineGlue = new EngineGlue({
    engine,
    images,
    events,
    doctor: () => doctor({ engine, images }),
    clean: () => sessions.sweep(),
  });
  const made = createRuntimes({ ...options, engine, images: engineService.labImages });
  const runtimes: Runtimes = { docker: startAfter(made.docker, () => ready.now()), shell: startAfter(made.shell, () => ready.now()) };
  const sessions: Sessions = new Sessions({
    store,
    catalog,
    runtimes,
    hub: events,
    dataDirectory,
    // A round loads the machine, and rounds disturb each other's measurements. One that a learner asks for does not wait for a place.
    slots: new Slots(Math.max(2, availableParallelism())),
    scrollback: () => settings.get().scrollback,
    preferredRuntime: () => settings.get().preferredRuntime,
  });
  const learners = createLearnerService({ store, events, dataDirectory, endSessions: (learnerId) => sessions.stopAllOf(learnerId) });
  learners.current();
  const gone = await sessions.resume();
  const getReady = async (): Promise<void> => {
    void catalog.reload();
    await sessions.sweep(gone).catch((error: Error) => console.error(`ops-lab: what was left could not be removed: ${error.message}`));
  };
  // Reading the labs and asking the engine, which may be slow to answer, must not hold up the page.
  const ready = soon(getReady, UNTIL_SERVED_MS);

  let closed: Promise<void> | null = null;
  const close = async (fate?: 'keep' | 'stop') => {
    await engineService.close();
    // The next host may keep what this one would still remove.
    await ready.cancel();
    await sessions.close(fate ?? (settings.get().onClose === 'stop' ? 'stop' : 'keep'));
    store.close();
    release();
  };
  return {
    info: { version, dataDirectory, notices: [...store.notices] },
    engine: engineService,
    labs: new Labs(catalog, store, runtimes),
    sessions,
    history: createHistoryService(store),
    progress: createProgressService(store),
    learners,
    settings,
    onEvent: (caller, listener) => events.on(caller, listener),
    close: (fate) => {
      closed ??= close(fate);
      return closed;
    },
  };
}
