/** The exact command that mends something on this system. */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { whichProgram } from './which.ts';

export type PackageManager = 'apt-get' | 'dnf' | 'pacman' | 'zypper' | 'apk' | 'brew' | 'winget';

export interface System {
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  readonly user: string;
  readonly packages: PackageManager | null;
  /** Whether systemd runs here; in containers and small virtual machines it often does not. */
  readonly systemd: boolean;
  has(program: string): boolean;
}

const MANAGERS: readonly PackageManager[] = ['apt-get', 'dnf', 'pacman', 'zypper', 'apk', 'brew', 'winget'];

/** @returns what remedies depend on: platform, rights, package manager, systemd */
export function thisSystem(): System {
  const has = (program: string): boolean => whichProgram(program) !== null;
  return {
    platform: process.platform,
    root: process.getuid?.() === 0,
    user: userInfo().username,
    packages: MANAGERS.find((manager) => has(manager)) ?? null,
    systemd: existsSync('/run/systemd/system'),
    has,
  };
}

/** `command` with the rights it needs. */
export function asRoot(system: System, command: string): string {
  return system.root || system.platform === 'win32' ? command : `sudo ${command}`;
}

const INSTALL: Readonly<Record<PackageManager, string>> = {
  'apt-get': 'apt-get install -y',
  dnf: 'dnf install -y',
  pacman: 'pacman -S --noconfirm',
  zypper: 'zypper install -y',
  apk: 'apk add',
  brew: 'brew install',
  winget: 'winget install',
};

/** What the package of a program is called, where it is not called as the program. */
const PACKAGES: Readonly<Record<string, Partial<Record<PackageManager, string>>>> = {
  ss: { 'apt-get': 'iproute2', dnf: 'iproute', pacman: 'iproute2', zypper: 'iproute2', apk: 'iproute2' },
  docker: { 'apt-get': 'docker.io', dnf: 'moby-engine', winget: 'Docker.DockerDesktop', brew: 'colima docker' },
};

/** @returns an empty string where no package manager is known */
export function installCommand(system: System, programs: readonly string[]): string {
  const { packages } = system;
  if (packages === null || programs.length === 0) return '';
  const names = [...new Set(programs.map((program) => PACKAGES[program]?.[packages] ?? program))];
  const command = `${INSTALL[packages]} ${names.join(' ')}`;
  return packages === 'brew' || packages === 'winget' ? command : asRoot(system, command);
}

/** How to get an engine running: installed first where it is not. */
export function engineCommand(system: System): string {
  if (system.platform === 'darwin')
    return system.has('docker') && existsSync('/Applications/Docker.app')
      ? 'open -a Docker'
      : `${installCommand(system, ['docker'])} && colima start`;
  if (system.platform === 'win32')
    return system.has('docker') ? 'start "" "%ProgramFiles%\\Docker\\Docker\\Docker Desktop.exe"' : installCommand(system, ['docker']);
  const start = system.systemd ? asRoot(system, 'systemctl start docker') : asRoot(system, 'sh -c "dockerd >/var/log/dockerd.log 2>&1 &"');
  if (system.has('dockerd')) return start;
  if (system.has('podman') && system.systemd) return 'systemctl --user enable --now podman.socket';
  const install = installCommand(system, ['docker']);
  return install === '' ? '' : `${install} && ${start}`;
}
