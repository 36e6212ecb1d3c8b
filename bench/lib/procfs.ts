/** What the kernel says of processes (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return null;
  }
}

/** @returns pids of all processes, in no order */
export function pids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The program and its arguments; empty when it has ended. */
export function commandLine(pid: number): string[] {
  return (read(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

export function parentOf(pid: number): number {
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = (read(`/proc/${pid}/stat`) ?? '').split(') ').at(-1)?.split(' ');
  return Number(fields?.[1] ?? 0);
}

/** @returns the process and everything below it */
export function processTree(root: number): number[] {
  const parents = new Map(pids().map((pid) => [pid, parentOf(pid)]));
  const tree = [root];
  for (const pid of tree) tree.push(...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

/** A figure of /proc/PID/status in bytes, such as `VmRSS`; 0 when it has ended. */
export function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) * 1024;
}

/** Bytes that a process has handed to `write`. */
export function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)/m.exec(read(`/proc/${pid}/io`) ?? '')?.[1] ?? 0);
}

export function openDescriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
