/** Where the built app keeps what it brings along. The one place that knows how it is packaged. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

export interface AppFiles {
  /** Folder of the built renderer, and the built preload script. Only read by this process: they may be inside the archive. */
  readonly uiFolder: string;
  readonly preload: string;
  /** Folder of the labs that come with the app, with the recipe of their image in `images/`. */
  readonly labs: string;
  /** Folder of the bundled sidecar programs. */
  readonly sidecars: string;
  /** The Node of this process, for the labs' programs on the shell runtime. */
  readonly node: string;
  /** Whether `node` is Electron and has to be told to be Node. */
  readonly electronRunAsNode: boolean;
}

/**
 * The real folder of a path inside the app's archive. Other programs (a shell, Node as a child) cannot look into the archive, so
 * what they need lies unpacked beside it (`asarUnpack` in electron-builder.config.mjs).
 */
function unpackedPath(path: string): string {
  return path.replace(`${sep}app.asar${sep}`, `${sep}app.asar.unpacked${sep}`);
}

/**
 * @param mainFolder the entry's own folder: `out/main`, in the archive when packaged, or `src/main` when the sources run
 * @returns absolute paths
 */
export function appFiles(mainFolder: string): AppFiles {
  const root = join(mainFolder, '../..');
  const packaged = basename(root) === 'app.asar';
  const built = join(mainFolder, '../sidecar');
  return {
    uiFolder: join(mainFolder, '../renderer'),
    preload: join(mainFolder, '../preload/index.cjs'),
    labs: join(packaged ? dirname(root) : root, 'labs'),
    sidecars: unpackedPath(existsSync(join(built, 'observer.mjs')) ? built : join(root, 'out/sidecar')),
    node: process.execPath,
    electronRunAsNode: process.versions.electron !== undefined,
  };
}
