/** Lets one process at a time build the image for an engine; the others wait and then find it done. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const LOOK_AGAIN = 500;

/**
 * @param path of the lock file, the same for everyone who uses that engine from this account
 * @param onWait called once when somebody else has it
 * @returns a function that gives it back
 */
export async function takeLock(path: string, signal: AbortSignal, onWait: () => void): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    if (await write(path)) return () => rm(path, { force: true });
    if (await isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await pause(LOOK_AGAIN, signal);
  }
}

async function write(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.write(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock whose owner has died. An empty one is being written now, unless it stays so. */
async function isStale(path: string): Promise<boolean> {
  const read = async (): Promise<string> => (await readFile(path, 'utf8').catch(() => 'gone')).trim();
  let owner = await read();
  if (owner === '') {
    await pause(LOOK_AGAIN);
    owner = await read();
  }
  if (owner === 'gone') return false;
  try {
    process.kill(Number(owner), 0);
    return owner === '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
