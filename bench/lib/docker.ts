/** The engine by its command line, for floors. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns what it printed, trimmed. @throws with what it complained of */
export async function docker(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await run('docker', [...args], { env: environment, timeout: 120_000, maxBuffer: 16 * 1024 ** 2 });
  return stdout.trim();
}

export function engineVersion(): Promise<string> {
  return docker(['version', '--format', 'Docker {{.Server.Version}}']).catch(() => 'no engine');
}
