/** One process per userData. Later ones knock at the first by a signal, and end. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let held: string | null = null;

/** Whether this process is the first; `knocked` is called for each later one with its arguments, the program's path first. */
export function holdLock(userData: string, knocked: (argv: string[]) => void): boolean {
  mkdirSync(userData, { recursive: true });
  const file = join(userData, 'stand-in.pid');
  const first = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (first !== 0 && isStandIn(first)) {
    const note = join(userData, `stand-in.argv.${process.pid}`);
    writeFileSync(`${note}.partial`, JSON.stringify(['stand-in', ...process.argv.slice(1)]));
    renameSync(`${note}.partial`, note);
    process.kill(first, 'SIGUSR2');
    return false;
  }
  writeFileSync(file, String(process.pid));
  held = file;
  process.on('SIGUSR2', () => {
    // Two knocks may arrive as one signal.
    for (const name of readdirSync(userData).filter((each) => /^stand-in\.argv\.\d+$/.test(each))) {
      const note = join(userData, name);
      const argv: string[] = JSON.parse(readFileSync(note, 'utf8'));
      rmSync(note);
      knocked(argv);
    }
  });
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
