/** What each runtime needs of this machine: its state, and the command that mends it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { DoctorItem } from '../../../shared/contract/values.ts';
import { compareVersions, type Engine, type EngineDetails, type EngineFacts, MINIMUM_API } from './engine.ts';
import type { ImageBuilder } from './image-builder.ts';
import { asRoot, engineCommand, installCommand, type System, thisSystem } from './remedies.ts';

const CONTAINERS = 'labs in containers';
const SHELL = 'labs in the shell runtime';
/** The image, its root file system and a session's own files, with room to work. */
const GIGABYTE = 1e9;
const DISK_NEEDED = 3 * GIGABYTE;
const OLDEST_NODE = '22.12';
/** What learners use on the shell runtime, beside the shell itself. */
const TOOLS = ['bash', 'strace', 'lsof', 'ss', 'curl'];

type Finding = Pick<DoctorItem, 'state' | 'detail'> & { command?: string };

const item = (id: string, title: string, affects: string, finding: Finding): DoctorItem => ({
  id,
  title,
  affects,
  command: '',
  ...finding,
});

export interface DoctorOptions {
  readonly engine: Engine;
  readonly images: Pick<ImageBuilder, 'status'>;
  /** A parameter for tests. */
  readonly system?: System;
}

/** Looks at everything now. Never throws. */
export async function doctor({ engine, images, system = thisSystem() }: DoctorOptions): Promise<DoctorItem[]> {
  const facts = await engine.refresh();
  const details = await engine.details().catch(() => null);
  const [image, namespaces] = await Promise.all([images.status(), lookAtNamespaces(system)]);
  return [
    item('engine', 'Docker engine', CONTAINERS, lookAtEngine(facts, system)),
    item('engine-permission', 'Permission to use the engine', CONTAINERS, lookAtPermission(facts, system)),
    item('engine-api', 'API version of the engine', CONTAINERS, lookAtApi(facts, system)),
    item('engine-limits', 'Limits of memory, processes and CPU', 'limits that labs are about', lookAtLimits(facts, details)),
    item('engine-disk', 'Free disk of the engine', 'building the lab image', lookAtDisk(facts)),
    item('docker-cli', 'docker command line', 'terminals into containers', lookAtCommandLine(facts, system)),
    item('image', 'Lab image', CONTAINERS, lookAtImage(facts, image)),
    item('namespaces', 'Linux namespaces', 'isolation of the shell runtime', namespaces),
    item('tools', 'Tools of the shell runtime', SHELL, lookAtTools(system)),
    item('node', 'Node.js', 'Ops Lab itself', lookAtNode()),
  ];
}

function lookAtEngine(facts: EngineFacts, system: System): Finding {
  if (facts.version !== null) return { state: 'passed', detail: `${facts.version} at ${facts.endpoint}` };
  return { state: 'failed', detail: facts.message, command: facts.permissionDenied ? '' : engineCommand(system) };
}

function lookAtPermission(facts: EngineFacts, system: System): Finding {
  if (facts.version !== null) return { state: 'passed', detail: 'This user may use it.' };
  if (!facts.permissionDenied) return { state: 'unknown', detail: 'No engine answers, so nobody can tell.' };
  const command = system.platform === 'linux' ? `sudo usermod -aG docker ${system.user} && newgrp docker` : '';
  return { state: 'failed', detail: 'The socket is there, but this user may not use it. Start Ops Lab again afterwards.', command };
}

function lookAtApi(facts: EngineFacts, system: System): Finding {
  if (facts.apiVersion === null) return { state: 'unknown', detail: 'No engine answers.' };
  if (facts.state === 'too-old') return { state: 'failed', detail: facts.message, command: installCommand(system, ['docker']) };
  return { state: 'passed', detail: `${facts.apiVersion}; ${MINIMUM_API} or newer is needed` };
}

function lookAtLimits(facts: EngineFacts, details: EngineDetails | null): Finding {
  if (!details) return { state: 'unknown', detail: 'No engine answers.' };
  const missing = Object.entries(details.limits).flatMap(([name, there]) => (there ? [] : [name]));
  const version = `cgroup v${facts.cgroupVersion ?? '?'}`;
  if (missing.length === 0) return { state: 'passed', detail: version };
  const rootless = facts.rootless ? ' A rootless engine needs them delegated.' : '';
  return {
    state: 'failed',
    detail: `${version}: the engine cannot limit ${missing.join(', ')}.${rootless}`,
    command: facts.rootless ? 'sudo systemctl set-property user@.service Delegate="cpu cpuset io memory pids"' : '',
  };
}

function lookAtDisk({ freeBytes, storageDriver, state }: EngineFacts): Finding {
  if (state !== 'ready') return { state: 'unknown', detail: 'No engine answers.' };
  if (freeBytes === null)
    return {
      state: 'unknown',
      detail: `${storageDriver ?? 'The storage'} is not on this machine's own disk, so its free space cannot be seen.`,
    };
  const detail = `${(freeBytes / GIGABYTE).toFixed(1)} GB free (${storageDriver})`;
  if (freeBytes >= DISK_NEEDED) return { state: 'passed', detail };
  return { state: 'warning', detail: `${detail}; ${DISK_NEEDED / GIGABYTE} GB are advised`, command: 'docker image prune' };
}

function lookAtCommandLine({ flavour }: EngineFacts, system: System): Finding {
  const found = ['docker', ...(flavour === 'podman' ? ['podman'] : [])].find((program) => system.has(program));
  if (found) return { state: 'passed', detail: `${found} is on the PATH.` };
  return {
    state: 'failed',
    detail: 'docker is not on the PATH. Terminals into containers go through it.',
    command: installCommand(system, ['docker']),
  };
}

function lookAtImage(facts: EngineFacts, image: Awaited<ReturnType<ImageBuilder['status']>>): Finding {
  if (facts.state !== 'ready') return { state: 'unknown', detail: 'It is built once an engine is there.' };
  switch (image.state) {
    case 'ready':
      return { state: 'passed', detail: `${image.tag}${image.bytes === null ? '' : `, ${Math.round(image.bytes / 1e6)} MB`}` };
    case 'building':
      return { state: 'warning', detail: `It is being built: ${image.title}.` };
    default:
      return { state: 'failed', detail: image.error ?? 'It is not built yet; that takes about a minute.', command: 'npm run lab -- image' };
  }
}

async function lookAtNamespaces(system: System): Promise<Finding> {
  if (system.platform !== 'linux') {
    return { state: 'warning', detail: 'Only Linux has them; here the processes of a lab run beside your own, in a process group.' };
  }
  if (!system.has('unshare'))
    return { state: 'warning', detail: 'unshare is not on the PATH.', command: installCommand(system, ['util-linux']) };
  try {
    await promisify(execFile)('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--net', '--mount', 'true'], { timeout: 10_000 });
    return { state: 'passed', detail: 'A lab gets its own user, process, network and mount namespace.' };
  } catch {
    const setting = await forbiddingSetting();
    return {
      state: 'warning',
      detail: 'This system does not let users make namespaces; the processes of a lab run beside your own, in a process group.',
      command: setting === '' ? '' : asRoot(system, `sysctl -w ${setting}`),
    };
  }
}

/** The setting that would allow it, as sysctl takes it; empty when none of the known ones forbids it. */
async function forbiddingSetting(): Promise<string> {
  const known = [
    ['kernel.unprivileged_userns_clone', '0', '1'],
    ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
    ['user.max_user_namespaces', '0', '15000'],
  ] as const;
  for (const [name, forbids, allows] of known) {
    const value = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => '');
    if (value.trim() === forbids) return `${name}=${allows}`;
  }
  return '';
}

function lookAtTools(system: System): Finding {
  const wanted = system.platform === 'linux' ? TOOLS : TOOLS.filter((tool) => tool !== 'strace' && tool !== 'ss');
  const missing = wanted.filter((tool) => !system.has(tool));
  if (missing.length === 0) return { state: 'passed', detail: wanted.join(', ') };
  const state = missing.includes('bash') ? 'failed' : 'warning';
  return { state, detail: `Missing: ${missing.join(', ')}.`, command: installCommand(system, missing) };
}

function lookAtNode(): Finding {
  const version = process.versions.node;
  if (compareVersions(version, OLDEST_NODE) >= 0) return { state: 'passed', detail: version };
  return { state: 'failed', detail: `${version}; ${OLDEST_NODE} or newer is needed`, command: 'npm start' };
}
