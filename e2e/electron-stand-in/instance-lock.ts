/** One process per userData. Later ones knock at the first by a signal, and end. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let held: string | null = null;

/** Whether this process is the first; `knocked` is called for each later one. */
export function holdLock(userData: string, knocked: () => void): boolean {
  mkdirSync(userData, { recursive: true });
  const file = join(userData, 'stand-in.pid');
  const first = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (first !== 0 && isStandIn(first)) {
    process.kill(first, 'SIGUSR2');
    return false;
  }
  writeFileSync(file, String(process.pid));
  held = file;
  process.on('SIGUSR2', knocked);
  return true;
}

export function releaseLock(): void {
  if (held !== null) rmSync(held, { force: true });
  held = null;
}

/** A killed process leaves its number behind, and another may have got it since. */
function isStandIn(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('electron-stand-in');
  } catch {
    return false;
  }
}
