/** One host per data directory: two would take over each other's sessions. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { OpsLabError } from '../../shared/contract/errors.ts';

interface Holder {
  readonly pid: number;
  /** Tells the process apart from a later one with the same pid; empty where the system does not say. */
  readonly born: string;
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot; empty elsewhere. */
function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.born === '' || bornAt(holder.pid) === holder.born;
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Claims a data directory for this process. A claim of a process that is gone is taken over.
 * @returns a function that gives it back
 * @throws OpsLabError `conflict` while another host has it
 */
export function claimDataDirectory(dataDirectory: string): () => void {
  const file = join(dataDirectory, 'host.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, JSON.stringify({ pid: process.pid, born: bornAt(process.pid) } satisfies Holder));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder !== null && isAlive(holder)) {
      throw new OpsLabError(
        'conflict',
        `Another Ops Lab (process ${holder.pid}) uses ${dataDirectory}. Go on there, or choose another directory with --data-dir.`,
        { dataDirectory, pid: holder.pid },
      );
    }
    rmSync(file, { force: true });
  }
  throw new OpsLabError('conflict', `${file} could not be claimed. Remove it if no other Ops Lab runs.`, { dataDirectory });
}

/** Whether a data directory was refused since another host has it, and not since its database is locked or its lock is stuck. */
export function isHeldByHost(error: unknown): boolean {
  return error instanceof OpsLabError && error.code === 'conflict' && typeof error.details.pid === 'number';
}
