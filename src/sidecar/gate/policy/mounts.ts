/** What may be mounted into a container: volumes of the session, its workspace, and memory. Never a folder of the engine's machine. */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { atMost, flag, ignore, isEmpty, object, rebuild, refuse, text } from '../json/rebuild.ts';
import { isObject, type Json } from '../json/strict-json.ts';
import type { MountNote, OwnRow } from '../ledger.ts';
import { BOUNDS } from '../limits.ts';
import { bad, denied } from '../refusal.ts';
import type { PolicyContext } from './context.ts';

/** The learner's own folder as a name of a volume; no learner can name a volume so. */
export const WORKSPACE = '/workspace';

export interface WantedMount extends MountNote {
  readonly noCopy: boolean;
  readonly anonymous: boolean;
  /** Bytes, of tmpfs. */
  readonly size: number;
}

const UNTOUCHED = /^\/(?:proc|sys|dev)(?:\/|$)/;

/** @returns the path as it is, when it is absolute and normal @throws Refusal */
export function insidePath(value: string, what: string): string {
  if (!value.startsWith('/') || value.includes('\0') || value.length > 1024)
    throw bad(`${what}: ${JSON.stringify(value.slice(0, 60))} is not an absolute path`);
  const path = posix.normalize(value).replace(/(?<=.)\/$/, '');
  if (value.split('/').includes('..')) throw bad(`${what}: a path with .. in it`);
  return path;
}

/** Where a process begins: /proc would lead it through descriptors of the runtime. @throws Refusal */
export function workingFolder(value: string, what: string): string {
  const path = insidePath(value, what);
  if (/^\/(?:proc|sys)(?:\/|$)/.test(path)) throw denied(`${what}: not below /proc or /sys`);
  return path;
}

/** Where something is mounted. @throws Refusal for the root, /proc, /sys and /dev */
export function target(value: string, what: string): string {
  const path = insidePath(value, what);
  if (path === '/' || UNTOUCHED.test(path)) throw denied(`${what}: nothing is mounted over ${path} in this lab`);
  return path;
}

function volume(name: string, at: string, readOnly: boolean, noCopy = false, anonymous = false): WantedMount {
  return { type: 'volume', name, target: at, readOnly, noCopy, anonymous, size: 0 };
}

/** A volume without a name. @throws Refusal for a target over /proc, /sys or /dev */
export function anonymousVolume(at: string, what = 'Volumes'): WantedMount {
  return volume(randomBytes(32).toString('hex'), target(at, what), false, false, true);
}

/** @param source as the learner wrote it: a folder, or the name of a volume */
function sourceOf(context: PolicyContext, source: string, at: string, readOnly: boolean, noCopy = false): WantedMount {
  if (/^[/.~]|\\/.test(source)) return folder(context, source, at, readOnly);
  return volume(context.names.check('volume', source), at, readOnly, noCopy);
}

function folder(context: PolicyContext, source: string, at: string, readOnly: boolean): WantedMount {
  const { workspacePath, workspaceVolume } = context.config;
  const normal = source === posix.normalize(source) ? source.replace(/(?<=.)\/$/, '') : '';
  if (workspaceVolume !== null && normal === workspacePath) return volume(WORKSPACE, at, readOnly, true);
  if (workspaceVolume !== null && normal.startsWith(`${workspacePath}/`)) {
    throw denied(`${source}: only ${workspacePath} as a whole can be mounted in this lab: -v ${workspacePath}:${at}`);
  }
  throw denied(`${source}: folders of this computer cannot be mounted in a lab. Use a volume, or your own folder ${workspacePath}.`);
}

/** An entry of Binds: `[source:]target[:mode]`, taken apart as the engine does it. */
function bind(context: PolicyContext, entry: Json, path: string): WantedMount {
  const parts = String(text(2048)(entry, path)).split(':');
  if (parts.length > 3 || parts.some((part) => part === '')) throw bad(`${path}: not of the form source:target:mode`);
  const [first = '', second, mode = ''] = parts;
  if (second === undefined) return anonymousVolume(first, path);
  if (mode !== '' && mode !== 'ro' && mode !== 'rw') throw denied(`${path}: the mode ${mode} is not allowed in this lab, only ro and rw`);
  return sourceOf(context, first, target(second, path), mode === 'ro');
}

const MOUNT = {
  Type: { rule: text(20) },
  Source: { rule: text(1024) },
  Target: { rule: text(1024) },
  ReadOnly: { rule: flag },
  Consistency: { rule: ignore },
  VolumeOptions: {
    rule: object({
      NoCopy: { rule: flag },
      Labels: { rule: ignore },
      Subpath: { rule: refuse('a volume is mounted as a whole') },
      DriverConfig: { rule: refuse('volumes are local') },
    }),
  },
  TmpfsOptions: {
    rule: object({
      SizeBytes: { rule: atMost(Number.MAX_SAFE_INTEGER) },
      Mode: { rule: ignore },
      Options: { rule: refuse('the lab chooses them') },
    }),
  },
  BindOptions: { rule: refuse('folders are not bound') },
  ImageOptions: { rule: refuse('images are not mounted') },
  ClusterOptions: { rule: refuse('there is no cluster') },
};

function mount(context: PolicyContext, entry: Json, path: string): WantedMount {
  if (!isObject(entry)) throw bad(`${path}: not an object`);
  const { Type = '', Source = '' } = entry;
  if (Type === 'image' && typeof Source === 'string') context.image(Source);
  if (Type !== 'volume' && Type !== 'tmpfs' && Type !== 'bind') {
    throw denied(`${path}: mounts of type ${JSON.stringify(Type)} are not allowed in this lab, only volume and tmpfs`);
  }
  const { Target, ReadOnly, VolumeOptions, TmpfsOptions } = rebuild(entry, MOUNT, path) as {
    Target?: string;
    ReadOnly?: boolean;
    VolumeOptions?: { NoCopy?: boolean };
    TmpfsOptions?: { SizeBytes?: number };
  };
  const at = target(Target ?? '', path);
  if (Type === 'tmpfs') return memory(context, at, TmpfsOptions?.SizeBytes ?? 0);
  const source = String(Source);
  if (Type === 'bind') return folder(context, source, at, ReadOnly === true);
  if (source === '') return { ...anonymousVolume(at), readOnly: ReadOnly === true };
  if (/^[/.~]|\\/.test(source)) throw bad(`${path}: ${source.slice(0, 60)} is not the name of a volume`);
  return sourceOf(context, source, at, ReadOnly === true, VolumeOptions?.NoCopy === true);
}

function memory(context: PolicyContext, at: string, size: number): WantedMount {
  const most = context.config.limits.tmpfsBytes;
  return {
    type: 'tmpfs',
    name: '',
    target: at,
    readOnly: false,
    noCopy: false,
    anonymous: false,
    size: size > 0 ? Math.min(size, most) : most,
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Only the size is heard; the rest is replaced. */
function tmpfsSize(options: string): number {
  const match = /(?:^|,)size=(\d{1,15})([kmg]?)(?:,|$)/i.exec(options);
  return match ? Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1) : 0;
}

export interface MountFields {
  readonly binds: Json;
  readonly mounts: Json;
  readonly tmpfs: Json;
  readonly volumesFrom: Json;
  /** Config.Volumes: targets of volumes without a name. */
  readonly volumes: Json;
}

/** @throws Refusal */
export function wantedMounts(context: PolicyContext, fields: MountFields): WantedMount[] {
  const wanted = new Map<string, WantedMount>();
  const add = (one: WantedMount): void => {
    if (wanted.has(one.target)) throw bad(`Duplicate mount point: ${one.target}`);
    wanted.set(one.target, one);
  };
  for (const [index, entry] of listOf(fields.binds, 'HostConfig.Binds').entries()) add(bind(context, entry, `HostConfig.Binds[${index}]`));
  for (const [index, entry] of listOf(fields.mounts, 'HostConfig.Mounts').entries())
    add(mount(context, entry, `HostConfig.Mounts[${index}]`));
  if (!isEmpty(fields.tmpfs)) {
    if (!isObject(fields.tmpfs)) throw bad('HostConfig.Tmpfs: not an object');
    for (const [at, options] of Object.entries(fields.tmpfs)) {
      add(memory(context, target(at, 'HostConfig.Tmpfs'), tmpfsSize(String(text(400)(options, 'HostConfig.Tmpfs')))));
    }
  }
  for (const entry of listOf(fields.volumesFrom, 'HostConfig.VolumesFrom'))
    for (const one of from(context, entry)) if (!wanted.has(one.target)) add(one);
  if (!isEmpty(fields.volumes)) {
    if (!isObject(fields.volumes)) throw bad('Volumes: not an object');
    const targets = Object.keys(fields.volumes).map((at) => target(at, 'Volumes'));
    if (targets.length > BOUNDS.anonymousVolumes) throw bad(`Volumes: more than ${BOUNDS.anonymousVolumes}`);
    for (const at of targets) if (!wanted.has(at)) add(anonymousVolume(at));
  }
  const all = [...wanted.values()];
  if (all.length > BOUNDS.mounts) throw bad(`more than ${BOUNDS.mounts} mounts`);
  if (all.filter(({ type }) => type === 'tmpfs').length > BOUNDS.tmpfsMounts) throw bad(`more than ${BOUNDS.tmpfsMounts} tmpfs mounts`);
  return all;
}

function listOf(value: Json, path: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  if (isEmpty(value)) return [];
  throw bad(`${path}: not a list`);
}

/** The volumes of another container of the session, each as an explicit mount. */
function from(context: PolicyContext, entry: Json): WantedMount[] {
  const [reference = '', mode = '', ...rest] = String(text(200)(entry, 'HostConfig.VolumesFrom')).split(':');
  if (rest.length > 0 || !['', 'ro', 'rw'].includes(mode)) throw bad('HostConfig.VolumesFrom: not of the form container:mode');
  const row: OwnRow = context.container(reference);
  return (row.notes.mounts ?? [])
    .filter((note) => note.type === 'volume')
    .map((note) => volume(note.name, note.target, note.readOnly || mode === 'ro', note.name === WORKSPACE));
}

/** The mounts as the engine gets them. @param volumeId name on the engine of a volume that the learner calls `name` */
export function forwardedMounts(
  wanted: readonly WantedMount[],
  volumeId: (name: string) => string,
): { Mounts: object[]; Tmpfs: Record<string, string> } {
  const Mounts = wanted
    .filter(({ type }) => type === 'volume')
    .map((one) => ({
      Type: 'volume',
      Source: volumeId(one.name),
      Target: one.target,
      ReadOnly: one.readOnly,
      ...(one.noCopy ? { VolumeOptions: { NoCopy: true } } : {}),
    }));
  const memories = wanted.filter(({ type }) => type === 'tmpfs');
  return { Mounts, Tmpfs: Object.fromEntries(memories.map(({ target: at, size }) => [at, `rw,noexec,nosuid,nodev,size=${size}`])) };
}
