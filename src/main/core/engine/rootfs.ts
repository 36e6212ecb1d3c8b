/** A Debian root file system without any registry: mmdebstrap, as root, from this machine's own mirror. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { SUITE, systemMirrorLines } from './apt-sources.ts';
import { runLogged } from './run-logged.ts';
import { whichProgram } from './which.ts';

/** Why it cannot be done here, as a sentence; empty when it can. */
export async function rootfsObstacle(): Promise<string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'making a root file system needs root on Debian';
  if (whichProgram('mmdebstrap') === null) return 'mmdebstrap is not installed (apt-get install mmdebstrap)';
  if ((await systemMirrorLines()).length === 0) return 'this system has no Debian mirror in its apt configuration';
  return '';
}

export interface RootfsRequest {
  readonly packages: readonly string[];
  /** An empty folder of the caller's, on a disk with 1 GB free: everything temporary is in there, and so is the result. */
  readonly folder: string;
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

/** @returns the path of a tar archive in `folder` */
export async function makeRootfs({ packages, folder, signal, onLine }: RootfsRequest): Promise<string> {
  signal.throwIfAborted();
  const target = join(folder, 'rootfs.tar');
  const args = [
    '--mode=root',
    '--variant=minbase',
    '--format=tar',
    `--include=${packages.join(',')}`,
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    // The image goes to other machines: the address of this machine's mirror stays here.
    '--customize-hook=: > "$1/etc/apt/sources.list"',
    SUITE,
    target,
    ...(await systemMirrorLines()),
  ];
  await runLogged('mmdebstrap', args, { env: { TMPDIR: folder }, signal, onLine });
  return target;
}

/**
 * Makes an empty folder for a build, and removes those whose builder was killed: each may hold a gigabyte.
 * @param workFolder made when it is not there
 */
export async function makeBuildFolder(workFolder: string): Promise<string> {
  await mkdir(workFolder, { recursive: true });
  for (const name of await readdir(workFolder)) {
    const builder = /^image-(\d+)-/.exec(name)?.[1];
    if (builder !== undefined && !isRunning(Number(builder))) await removeBuildFolder(join(workFolder, name));
  }
  return mkdtemp(join(workFolder, `image-${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a build's folder, unless something is still mounted below it: a bind mount of /dev must not be emptied. */
export async function removeBuildFolder(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const mounted = mounts.split('\n').some((line) => (line.split(' ')[4] ?? '').startsWith(`${folder}/`));
  if (mounted) throw new OpsLabError('engine-failed', `Something is still mounted below ${folder}; unmount it, then remove the folder.`);
  await rm(folder, { recursive: true, force: true });
}
