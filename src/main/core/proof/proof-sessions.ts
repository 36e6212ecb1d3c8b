/**
 * Proof sessions live where all sessions of a data directory live, so that a sweep finds what a killed proof left. A lock
 * file in each folder says which process is proving, so that a sweep leaves a proof alone that is still going on.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';

const LOCK = 'proof.json';

interface Lock {
  readonly pid: number;
  /** Tells this process from a later one with the same pid; empty where the system does not say. */
  readonly startedAt: string;
}

/** When a process was started, in the kernel's own ticks (field 22 of /proc/PID/stat). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, startedAt }: Lock): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === startedAt;
}

export interface ProofSession {
  readonly id: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/** Makes the folder of a new proof session of this process. */
export async function makeProofSession(dataDirectory: string): Promise<ProofSession> {
  const id = randomBytes(16).toString('hex');
  const folder = join(dataDirectory, 'sessions', id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock: Lock = { pid: process.pid, startedAt: startOf(process.pid) };
  await writeFile(join(folder, LOCK), JSON.stringify(lock));
  return { id, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * What a session's folder says now.
 * @returns whether the proof that made it goes on, in any process, or its process is gone; null for the app's own sessions
 */
export function proofOf(dataDirectory: string, sessionId: string): 'live' | 'dead' | null {
  try {
    const lock = JSON.parse(readFileSync(join(dataDirectory, 'sessions', sessionId, LOCK), 'utf8')) as Lock;
    return isAlive(lock) ? 'live' : 'dead';
  } catch {
    return null;
  }
}

/**
 * Removes what proofs left whose process is gone, and nothing else.
 * @param runtimes all of them: a folder is what tells of a dead proof, so it goes when every runtime was swept
 * @returns what was removed, for people to read
 */
export async function sweepDeadProofs(dataDirectory: string, runtimes: readonly Pick<Runtime, 'sweep'>[]): Promise<string[]> {
  const folders = await readdir(join(dataDirectory, 'sessions')).catch(() => []);
  const dead = new Set(folders.filter((id) => proofOf(dataDirectory, id) === 'dead'));
  if (dead.size === 0) return [];
  const keep = { has: (id: string) => !dead.has(id) };
  const swept = await Promise.allSettled(runtimes.map((runtime) => runtime.sweep(keep)));
  const removed = swept.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (swept.some(({ status }) => status === 'rejected')) return removed;
  for (const id of dead) await rm(join(dataDirectory, 'sessions', id), { recursive: true, force: true });
  return [...removed, ...[...dead].map((id) => `folder of the ended proof session ${id}`)];
}
