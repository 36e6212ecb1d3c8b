// What the tests need of a Debian or Ubuntu machine, installed where it is missing.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { STATE } from './engine-lease.mjs';
import { withLock } from './lock.mjs';
import { toolsDirectory } from './paths.mjs';
import { run, succeeds } from './run.mjs';
import { StepError, say } from './say.mjs';

/**
 * @typedef {{ name: string, for: string, commands?: string[], folders?: string[], files?: string[] }} Requirement a Debian package; it
 *   is there when one of its commands is on PATH or in `folders` (whoever brought it) and all its files exist
 */

/** @type {Requirement[]} */
const REQUIREMENTS = [
  { name: 'docker.io', for: 'the docker runtime', commands: ['dockerd'] },
  // Docker CE keeps it where only its engine looks.
  {
    name: 'docker.io',
    for: 'init processes in containers',
    commands: ['docker-init'],
    folders: ['/usr/libexec/docker', '/usr/local/libexec/docker', '/usr/lib/docker', '/usr/local/lib/docker'],
  },
  { name: 'containerd', for: 'the docker runtime', commands: ['containerd'] },
  { name: 'runc', for: 'the docker runtime', commands: ['runc', 'crun'] },
  { name: 'docker-cli', for: 'terminals in containers', commands: ['docker'] },
  { name: 'iptables', for: 'the networks of containers', commands: ['iptables'] },
  { name: 'mmdebstrap', for: 'the lab image without a registry', commands: ['mmdebstrap'] },
  { name: 'debian-archive-keyring', for: 'the lab image without a registry', files: ['/usr/share/keyrings/debian-archive-keyring.gpg'] },
  { name: 'chromium', for: 'the e2e suite', commands: ['chromium', 'chromium-browser', 'google-chrome'] },
  { name: 'fonts-dejavu-core', for: 'screenshots', files: ['/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'] },
  { name: 'fonts-noto-color-emoji', for: 'screenshots', files: ['/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'] },
  { name: 'fonts-noto-cjk', for: 'screenshots', files: ['/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'] },
  { name: 'strace', for: 'labs on the shell runtime', commands: ['strace'] },
  { name: 'lsof', for: 'labs on the shell runtime', commands: ['lsof'] },
  { name: 'iproute2', for: 'labs on the shell runtime', commands: ['ss'] },
  { name: 'procps', for: 'labs on the shell runtime', commands: ['ps'] },
  { name: 'psmisc', for: 'labs on the shell runtime', commands: ['killall'] },
  { name: 'curl', for: 'labs on the shell runtime', commands: ['curl'] },
];

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** dockerd and iptables are in the folders for root, which are not on everybody's PATH. */
export function withSystemPath() {
  const present = (process.env.PATH ?? '').split(delimiter);
  process.env.PATH = [...present, ...SYSTEM_PATH.filter((directory) => !present.includes(directory))].join(delimiter);
}

/** @param {string} command @returns {boolean} */
export function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => directory !== '' && existsSync(join(directory, command)));
}

/** @param {Requirement} requirement */
export function isMet({ commands, folders = [], files = [] }) {
  /** @param {string} command */
  const isThere = (command) => isOnPath(command) || folders.some((folder) => existsSync(join(folder, command)));
  return (commands?.some(isThere) ?? true) && files.every((file) => existsSync(file));
}

/** @returns {Requirement[]} */
function missingRequirements() {
  return REQUIREMENTS.filter((requirement) => !isMet(requirement));
}

/** @returns {string | undefined} why this machine cannot be provisioned */
export function provisionObstacle() {
  if (process.platform !== 'linux') return 'it works on Debian and Ubuntu only';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release)) return 'it works on Debian and Ubuntu only';
  return process.getuid?.() === 0 ? undefined : 'it needs root';
}

/** @param {string[]} args @param {string} log */
async function aptGet(args, log) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  return run('apt-get', [...wait, ...args], { env, log, timeoutMs: 15 * 60_000 });
}

/**
 * Installs what is missing. Needs root on Debian or Ubuntu.
 * @throws {StepError} when a package cannot be installed
 */
export async function provision() {
  if (missingRequirements().length === 0) return;
  await withLock(join(STATE, 'provision.lock'), install, {
    onWait: (pid) => say(`waiting for process ${pid}, which installs packages ...`),
  });
}

async function install() {
  const log = join(toolsDirectory('logs'), 'provision.log');
  rmSync(log, { force: true });
  const missing = missingRequirements();
  if (missing.length === 0) return;
  say(`installing what the tests need: ${[...new Set(missing.map(({ name }) => name))].join(' ')} ...`);
  const update = await aptGet(['update'], log);
  // Where the engine and its client are one package, the client's own name is not known.
  const splits = await succeeds('apt-cache', ['show', 'docker-cli']);
  const names = new Set(missing.map(({ name }) => (name === 'docker-cli' && !splits ? 'docker.io' : name)));
  // --reinstall: a package may be there by name while its program was removed by hand.
  const result = await aptGet(['install', '--yes', '--reinstall', '--no-install-recommends', ...names], log);
  const still = missingRequirements();
  if (still.length > 0) {
    throw new StepError(
      `These packages could not be installed: ${still.map((each) => `${each.name} (for ${each.for})`).join(', ')}; apt-get update: ${update.message}, install: ${result.message}`,
      { log, todo: 'Install them by hand, then run this again.' },
    );
  }
}
