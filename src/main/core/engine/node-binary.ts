/** The Node that goes into the lab image: the app's own, when it is a Linux program for the engine's processor. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface NodeBinary {
  readonly path: string;
  /** Such as `24.21.0`. */
  readonly version: string;
}

/** Labs are written for this Node and later. */
const OLDEST_MAJOR = 22;
/** e_machine of an ELF header, by Docker's name of the processor. */
const MACHINES: Readonly<Record<string, number>> = { amd64: 62, arm64: 183, x86_64: 62, aarch64: 183 };

/** Whether `path` is a Linux program for that processor. */
async function isFor(path: string, architecture: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const header = Buffer.alloc(20);
      await file.read(header, 0, 20, 0);
      return header.readUInt32BE(0) === 0x7f454c46 && header.readUInt16LE(18) === MACHINES[architecture];
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/**
 * @param architecture of the engine, in Docker's words
 * @param environment OPS_LAB_NODE names a binary; else the one that runs this program, unless that is Electron; else one on the PATH
 * @returns null when there is none that the image could run
 */
export async function findNodeBinary(architecture: string, environment: NodeJS.ProcessEnv = process.env): Promise<NodeBinary | null> {
  const onPath = (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  const own = process.versions.electron ? [] : [process.execPath];
  const candidates = [environment.OPS_LAB_NODE, ...own, environment.npm_node_execpath, ...onPath];
  for (const path of candidates) {
    if (!path || !(await isFor(path, architecture))) continue;
    const version = path === process.execPath ? process.versions.node : await askVersion(path);
    if (version !== null && Number(version.split('.')[0]) >= OLDEST_MAJOR) return { path, version };
  }
  return null;
}

async function askVersion(path: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-p', 'process.versions.node'], { timeout: 10_000 });
    return stdout.trim();
  } catch {
    return null;
  }
}
