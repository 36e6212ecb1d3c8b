/**
 * Proof sessions live where all sessions of a data directory live, so that a sweep finds what a killed proof left. A lock
 * file in each folder says which process is proving, so that a sweep leaves a proof alone that is still going on.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

async function lockOf(folder: string): Promise<Lock | null> {
  try {
    return JSON.parse(await readFile(join(folder, LOCK), 'utf8')) as Lock;
  } catch {
    return null;
  }
}

/** Whether a proof that goes on now, in any process, made this session. Looks at its lock anew. */
export function isLiveProof(dataDirectory: string, sessionId: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(dataDirectory, 'sessions', sessionId, LOCK), 'utf8')) as Lock);
  } catch {
    return false;
  }
}

/** The session folders of a data directory, by what a sweep has to know of them. */
export interface SessionFolders {
  /** Of proofs that go on now, in any process. */
  readonly liveProofs: ReadonlySet<string>;
  /** Of proofs whose process is gone: whatever they left may be removed. */
  readonly deadProofs: ReadonlySet<string>;
  /** All others: the app's own sessions. */
  readonly others: ReadonlySet<string>;
}

/** @returns ids of the sessions that have a folder, by whether a proof made them and whether it still runs */
export async function sessionFolders(dataDirectory: string): Promise<SessionFolders> {
  const folders = { liveProofs: new Set<string>(), deadProofs: new Set<string>(), others: new Set<string>() };
  const entries = await readdir(join(dataDirectory, 'sessions'), { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const lock = await lockOf(join(dataDirectory, 'sessions', name));
    if (lock === null) folders.others.add(name);
    else if (isAlive(lock)) folders.liveProofs.add(name);
    else folders.deadProofs.add(name);
  }
  return folders;
}

/**
 * Removes what proofs left whose process is gone, and nothing else.
 * @param runtimes all of them: a folder is what tells of a dead proof, so it goes when every runtime was swept
 * @returns what was removed, for people to read
 */
export async function sweepDeadProofs(dataDirectory: string, runtimes: readonly Pick<Runtime, 'sweep'>[]): Promise<string[]> {
  const { deadProofs } = await sessionFolders(dataDirectory);
  if (deadProofs.size === 0) return [];
  const keep = { has: (id: string) => !deadProofs.has(id) };
  const swept = await Promise.allSettled(runtimes.map((runtime) => runtime.sweep(keep)));
  const removed = swept.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (swept.some(({ status }) => status === 'rejected')) return removed;
  for (const id of deadProofs) await rm(join(dataDirectory, 'sessions', id), { recursive: true, force: true });
  return [...removed, ...[...deadProofs].map((id) => `folder of the ended proof session ${id}`)];
}
