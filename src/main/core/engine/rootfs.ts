/** A Debian root file system without any registry: mmdebstrap, as root, from this machine's own mirror. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import { SUITE, systemMirrorLines } from './apt-sources.ts';
import { mirrorProxies } from './mirror-proxies.ts';
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
  // A process group of its own, so that apt, dpkg and tar end with it.
  const child = spawn('mmdebstrap', args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', TMPDIR: folder, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...mirrorProxies() },
  });
  const kill = (): void => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (text: string) => {
          const lines = (rest + text).split(/[\r\n]+/);
          rest = (lines.pop() ?? '').slice(-1000);
          for (const line of lines) if (line !== '') onLine(line);
        });
      }
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
    signal.throwIfAborted();
    if (code !== 0) {
      throw new OpsLabError('engine-failed', `mmdebstrap ended with status ${code}: see the newest lines of the log.`, { code }, true);
    }
    return target;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** SIGTERM to the whole group, SIGKILL to what is left 5 s later. */
function killGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has ended.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(() => send('SIGKILL'), 5_000);
  child.once('close', () => clearTimeout(timer));
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
