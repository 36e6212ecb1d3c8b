/** The engine by its command line, for floors. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { randomSubnet } from '../../src/main/core/runtime/docker/address-pool.ts';
import type { Cleanup } from './cleanup.ts';

const run = promisify(execFile);

/** @returns what it printed, trimmed. @throws with what it complained of */
export async function docker(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await run('docker', [...args], { env: environment, timeout: 120_000, maxBuffer: 16 * 1024 ** 2 });
  return stdout.trim();
}

export function engineVersion(): Promise<string> {
  return docker(['version', '--format', 'Docker {{.Server.Version}}']).catch(() => 'no engine');
}

/** The limits of the labs' terminal containers. */
const LIMITS = ['--memory', '512m', '--cpus', '1', '--pids-limit', '256', '--ulimit', 'nofile=1024:4096', '--cap-drop', 'ALL'];

/** A container such as a session's terminal is in, with a network and a volume of its own. */
export interface BareSession {
  readonly container: string;
  remove(): Promise<void>;
}

/** What a session's first prompt needs, and no more, by the command line. */
export async function startBareSession(image: string, cleanup: Cleanup): Promise<BareSession> {
  const name = `ops-lab-bench-${randomBytes(6).toString('hex')}`;
  const remove = async () => {
    await docker(['rm', '-f', '-v', name]).catch(() => {});
    await docker(['network', 'rm', name]).catch(() => {});
    await docker(['volume', 'rm', '-f', name]).catch(() => {});
  };
  // It is removed when it is there: an interrupt may come while it is being made.
  let making: Promise<unknown> = Promise.resolve();
  cleanup.add(name, async () => {
    await making.catch(() => {});
    await remove();
  });
  const make = async () => {
    await Promise.all([docker(['network', 'create', '--internal', '--subnet', randomSubnet(), name]), docker(['volume', 'create', name])]);
    await docker(['run', '-d', '--init', '--name', name, '--network', name, '-v', `${name}:/lab`, ...LIMITS, image, 'sleep', 'infinity']);
  };
  making = make();
  await making;
  return { container: name, remove };
}

/** @returns id of the newest lab image of this engine. @throws when it was not built yet */
export async function labImage(): Promise<string> {
  const [newest = ''] = (await docker(['images', '-q', '--no-trunc', 'ops-lab/base'])).split('\n');
  if (newest === '') throw new Error('there is no lab image: npm run lab -- image builds it');
  return newest;
}
