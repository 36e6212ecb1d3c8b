/**
 * What a test needs of the machine. Where it is missing, CI fails with what to install; elsewhere the tests are skipped, loudly.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function demand(what: string, present: boolean, install: string): boolean {
  if (present) return true;
  const message = `${what} is missing: ${install}`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

function runs(file: string, args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** Whether a Docker engine answers. @throws in CI when none does */
export function needsEngine(): boolean {
  return demand(
    'A Docker engine',
    runs('docker', ['version']),
    'install and start one (Debian: apt-get install docker.io), or run npm test -- --provision as root',
  );
}

/** The version of the engine, for tests that need a newer one and say so; empty without an engine. */
export function engineVersion(): string {
  try {
    return execFileSync('docker', ['version', '-f', '{{.Server.Version}}'], { encoding: 'utf8', timeout: 10_000 }).trim();
  } catch {
    return '';
  }
}

/** The path of a Chromium, or null. @throws in CI when there is none */
export function needsBrowser(): string | null {
  const found = [process.env.OPS_LAB_CHROMIUM ?? '', ...CHROMIUM].find((path) => path !== '' && existsSync(path)) ?? null;
  return demand('Chromium', found !== null, 'install it (Debian: apt-get install chromium), or set OPS_LAB_CHROMIUM') ? found : null;
}

/** Whether user, pid, network and mount namespaces may be made. @throws in CI when not */
export function needsNamespaces(): boolean {
  const works =
    process.platform === 'linux' && runs('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--net', '--mount', 'true']);
  return demand(
    'Making Linux namespaces',
    works,
    'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone, or the AppArmor profile)',
  );
}

/** Whether file systems may be mounted: root, and not locked up in a container. @param what for, in words @throws in CI when not */
export function needsMounts(what: string): boolean {
  const works =
    process.platform === 'linux' && process.getuid?.() === 0 && runs('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  return demand(`Mounting file systems (${what})`, works, 'run the tests as root');
}
