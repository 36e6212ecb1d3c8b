/** What the commands work with beside labs: engine, images and runtimes of one data directory. */
import { join } from 'node:path';
import type { DoctorItem } from '../../shared/contract/values.ts';
import type { AppFiles } from '../app-files.ts';
import { createRuntimes, type Runtimes } from '../core/create-runtimes.ts';
import { doctor } from '../core/engine/doctor.ts';
import { Engine } from '../core/engine/engine.ts';
import { ImageBuilder } from '../core/engine/image-builder.ts';
import { LABEL } from '../core/engine/labels.ts';
import { type LookForLeftovers, leftoverFolder, leftoverProcesses } from '../core/proof/leftovers.ts';
import { findResources } from '../core/runtime/docker/resources.ts';

export interface Workshop {
  readonly runtimes: Runtimes;
  readonly engine: Pick<Engine, 'status'>;
  readonly images: Pick<ImageBuilder, 'build' | 'references' | 'save'>;
  doctor(): Promise<DoctorItem[]>;
  /** Independent of the runtimes: what still names a session after its tear-down. */
  readonly leftovers: LookForLeftovers;
}

export interface WorkshopOptions {
  readonly dataDirectory: string;
  readonly files: Pick<AppFiles, 'labs' | 'sidecars' | 'node' | 'electronRunAsNode'>;
}

/** What the commands work with; it starts nothing by itself. */
export function createWorkshop({ dataDirectory, files }: WorkshopOptions): Workshop {
  const engine = new Engine();
  const images = new ImageBuilder({ engine, folder: join(files.labs, 'images', 'base'), workFolder: join(dataDirectory, 'work') });
  return {
    runtimes: createRuntimes({ ...files, dataDirectory, sidecarFolder: files.sidecars, engine, images }),
    engine,
    images,
    doctor: () => doctor({ engine, images }),
    async leftovers(sessionId, folder) {
      const [processes, left, { state, message }] = await Promise.all([
        leftoverProcesses(sessionId, folder),
        leftoverFolder(folder),
        engine.status(),
      ]);
      const found = [...processes, ...left];
      if (state === 'missing') return found;
      if (state !== 'ready') return [...found, `could not look at the engine: ${message}`];
      const resources = await findResources(await engine.docker(), [`${LABEL.session}=${sessionId}`]);
      return [...resources.map(({ kind, name }) => `${kind} ${name}`), ...found];
    },
  };
}
