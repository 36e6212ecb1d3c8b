/** An independent look for what a session left behind, not by the code that was to remove it. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';

/** Things that name a session, in words. */
export type LookForLeftovers = (sessionId: string, folder: string) => Promise<string[]>;

async function textOf(path: string): Promise<string> {
  return readFile(path, 'latin1').catch(() => '');
}

/** A process that was killed is seen until the kernel has taken it apart; on a busy machine that is not at once. */
const DYING_MS = 5000;

/** As `lookForProcesses`, but what is on its way out is given time to go. */
export async function leftoverProcesses(sessionId: string, folder: string): Promise<string[]> {
  const until = performance.now() + DYING_MS;
  let found = await lookForProcesses(sessionId, folder);
  while (found.length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    found = await lookForProcesses(sessionId, folder);
  }
  return found;
}

/** Processes of this host that name the session or its folder in their command line, environment or working directory. */
async function lookForProcesses(sessionId: string, folder: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment, directory] = await Promise.all([
        textOf(`/proc/${pid}/cmdline`),
        textOf(`/proc/${pid}/environ`),
        readlink(`/proc/${pid}/cwd`).catch(() => ''),
      ]);
      const names = [command, environment, directory].some((text) => text.includes(sessionId) || text.includes(folder));
      return names ? [`process ${pid}: ${command.replaceAll('\0', ' ').trim().slice(0, 120)}`] : [];
    }),
  );
  return found.flat();
}

/** @returns the folder as a leftover, if it is still there */
export async function leftoverFolder(folder: string): Promise<string[]> {
  return stat(folder).then(
    () => [`folder ${folder}`],
    () => [],
  );
}
