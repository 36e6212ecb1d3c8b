/** Composes the two runtimes. The core and the command line use it. */
import { join } from 'node:path';
import type { Engine } from './engine/engine.ts';
import type { LabImages } from './engine/image-builder.ts';
import { homeIdOf } from './home-id.ts';
import { createDockerRuntime } from './runtime/docker/docker-runtime.ts';
import type { Runtime, RuntimeKind } from './runtime/runtime.ts';
import { createShellRuntime } from './runtime/shell/shell-runtime.ts';
import { SHELL_INTEGRATION } from './terminals/shell-integration.ts';

export interface RuntimesRequest {
  /** It is there already. */
  readonly dataDirectory: string;
  /** Folder of the bundled sidecar programs. */
  readonly sidecarFolder: string;
  /** The Node that runs the labs' programs on the shell runtime. */
  readonly node: string;
  /** Whether `node` is an Electron binary that has to be told to behave as Node. */
  readonly electronRunAsNode: boolean;
  readonly engine: Engine;
  readonly images: LabImages;
}

export type Runtimes = Readonly<Record<RuntimeKind, Runtime>>;

/** @throws OpsLabError `invalid` when the data directory's id is damaged */
export function createRuntimes({ dataDirectory, sidecarFolder, node, electronRunAsNode, engine, images }: RuntimesRequest): Runtimes {
  return {
    docker: createDockerRuntime({
      engine,
      images,
      home: homeIdOf(dataDirectory),
      sidecarFolder,
      integration: SHELL_INTEGRATION,
      node,
      electronRunAsNode,
    }),
    shell: createShellRuntime({ sessionsFolder: join(dataDirectory, 'sessions'), sidecarFolder, node, electronRunAsNode }),
  };
}
