/** The processes of a session, found by what each inherits: the marker in its environment, or a parent that has it. */
import { readdirSync, readFileSync } from 'node:fs';
import { MARKER } from './protocol.ts';

export interface Member {
  readonly pid: number;
  /** Name of the service that it belongs to; empty for terminals and helpers. */
  readonly service: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended, or belongs to somebody else: then it is not ours.
    return '';
  }
}

/** @returns whether a living process has this pid; a zombie has ended */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(read(`/proc/${pid}/status`));
}

/**
 * Every process of the session whose folder is given. Linux only; elsewhere the list is empty.
 * A process counts by the environment that it was started with, or by its parent.
 * @param proc the proc file system to read; pids are those of its pid namespace
 */
export function membersOf(folder: string, proc = '/proc'): Member[] {
  if (process.platform !== 'linux') return [];
  const parents = new Map<number, number>();
  const services = new Map<number, string>();
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = read(`${proc}/${pid}/stat`);
    if (stat === '') continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') continue;
    parents.set(pid, Number(fields[1]));
    const environment = read(`${proc}/${pid}/environ`).split('\0');
    const value = (key: string) => environment.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1);
    if (value(MARKER.session) === folder) services.set(pid, value(MARKER.service) ?? '');
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) {
      const service = services.get(parent);
      if (service === undefined || services.has(pid)) continue;
      services.set(pid, service);
      grew = true;
    }
  }
  return [...services].map(([pid, service]) => ({ pid, service }));
}

/** Whether a process runs with this argument: a pid alone may have been given to another program since. */
export function hasArgument(pid: number, argument: string): boolean {
  return read(`/proc/${pid}/cmdline`).split('\0').includes(argument);
}

/** A process and everything below it, deepest first. Linux only; elsewhere only the process itself. */
export function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)
    .trim()
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
  return [...children.flatMap(treeOf), pid];
}

/** The only child of a process such as nsenter; null when it has none. */
export function childOf(pid: number): number | null {
  const child = Number(read(`/proc/${pid}/task/${pid}/children`).trim().split(' ')[0]);
  return child > 0 ? child : null;
}

/** The pid that a process has in its own pid namespace. */
export function innerPid(pid: number): number {
  const numbers = /^NSpid:\s+(.+)$/m.exec(read(`/proc/${pid}/status`))?.[1]?.split(/\s+/);
  return Number(numbers?.at(-1) ?? pid);
}

/** Kills for certain: again and again until none of them is left, for a process may fork while it is being killed. */
export async function killAll(find: () => Iterable<number>, timeoutMs: number): Promise<number[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const left = [...find()].filter(isAlive);
    if (left.length === 0) return [];
    for (const pid of left) kill(pid, 'SIGKILL');
    if (Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A process that has ended is no error. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}
