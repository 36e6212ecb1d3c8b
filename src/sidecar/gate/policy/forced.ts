/** What every container of a learner gets, whatever was asked for. docs/security.md names the rules. */
import type { GateConfig } from '../config.ts';
import { isEmpty, list, rebuild, refuse, text, whole } from '../json/rebuild.ts';
import { isObject, type Json } from '../json/strict-json.ts';
import { BOUNDS, type Limits } from '../limits.ts';
import { bad, denied } from '../refusal.ts';
import type { PolicyContext } from './context.ts';
import { seccompProfile } from './seccomp.ts';

const DEFAULT_PERIOD = 100_000;

/** The part of HostConfig that no learner influences. */
export function forcedHostConfig(config: GateConfig, privateCgroups: boolean): Record<string, unknown> {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [...config.capabilities],
    SecurityOpt: ['no-new-privileges:true', `seccomp=${seccompProfile(config.capabilities)}`],
    LogConfig: { Type: 'json-file', Config: { 'max-size': `${Math.ceil(config.limits.logBytes / 1024)}k`, 'max-file': '2' } },
    IpcMode: 'private',
    ...(privateCgroups ? { CgroupnsMode: 'private' } : {}),
    PortBindings: {},
    PublishAllPorts: false,
  };
}

/** Limits of a container: what was asked for where the lab allows as much, else the lab's own. */
export function limitsOf(limits: Limits, asked: Readonly<Record<string, Json>>, processors: number | null) {
  const number = (name: string): number => Number(asked[name] ?? 0);
  const within = (wanted: number, most: number): number => (wanted > 0 ? Math.min(wanted, most) : most);
  const quota = number('CpuQuota') > 0 ? Math.floor((number('CpuQuota') / (number('CpuPeriod') || DEFAULT_PERIOD)) * 1e9) : 0;
  const Memory = within(number('Memory'), limits.containerMemory);
  const reservation = number('MemoryReservation');
  return {
    Memory,
    // Equal to Memory: no swap, so that a limit means what it says.
    MemorySwap: Memory,
    ...(reservation > 0 && reservation <= Memory ? { MemoryReservation: reservation } : {}),
    // An engine without such a limit refuses one.
    ...(processors === null ? {} : { NanoCpus: within(number('NanoCpus') || quota, Math.min(limits.nanoCpus, processors * 1e9)) }),
    PidsLimit: within(number('PidsLimit'), limits.containerPids),
    ShmSize: within(number('ShmSize'), limits.shmBytes),
  };
}

/** @throws Refusal for a limit above the lab's */
export function ulimits(limits: Limits, asked: Json): { Name: string; Soft: number; Hard: number }[] {
  const most: Readonly<Record<string, number>> = { nofile: limits.nofile, nproc: limits.nproc };
  const wanted = new Map([
    ['nofile', { Name: 'nofile', Soft: limits.nofile, Hard: limits.nofile }],
    ['core', { Name: 'core', Soft: 0, Hard: 0 }],
    ['fsize', { Name: 'fsize', Soft: limits.fileBytes, Hard: limits.fileBytes }],
  ]);
  if (!isEmpty(asked)) {
    if (!Array.isArray(asked)) throw bad('HostConfig.Ulimits: not a list');
    for (const entry of (asked as readonly Json[]).slice(0, 16)) {
      if (!isObject(entry)) throw bad('HostConfig.Ulimits: not an object');
      const {
        Name,
        Soft = 0,
        Hard = 0,
      } = rebuild(
        entry,
        {
          Name: { rule: text(20) },
          Soft: { rule: whole(-1, Number.MAX_SAFE_INTEGER) },
          Hard: { rule: whole(-1, Number.MAX_SAFE_INTEGER) },
        },
        'HostConfig.Ulimits',
      ) as { Name?: string; Soft?: number; Hard?: number };
      if (Name === 'core' && Soft === 0 && Hard === 0) continue;
      const cap = Object.hasOwn(most, Name ?? '') ? most[Name ?? ''] : undefined;
      if (cap === undefined) throw denied(`HostConfig.Ulimits: ${Name} is not for the learner to choose in this lab`);
      if (Soft < 0 || Hard < 0 || Soft > cap || Hard > cap) throw denied(`HostConfig.Ulimits: ${Name} is at most ${cap} in this lab`);
      wanted.set(Name ?? '', { Name: Name ?? '', Soft, Hard });
    }
  }
  return [...wanted.values()];
}

/** Only what the lab grants anyway may be asked for. */
export function capabilities(context: PolicyContext, value: Json, path: string): undefined {
  for (const name of list(text(40), 64)(value, path) as string[]) {
    const plain = name.toUpperCase().replace(/^CAP_/, '');
    if (plain === 'ALL' || !context.config.capabilities.includes(plain)) {
      throw denied(`${path}: the capability ${plain} is not allowed in this lab (--cap-add)`);
    }
  }
}

/** Nothing of it is kept: the lab's own options go in. @throws Refusal 403 for anything but no-new-privileges */
export function securityOptions(value: Json, path: string): undefined {
  for (const option of list(text(100_000), 16)(value, path) as string[]) {
    if (!/^no-new-privileges(?:[:=]true)?$/.test(option)) refuse('the lab chooses the protection (--security-opt).')(option, path);
  }
}

/** @returns `on-failure` with a bounded count for every policy that restarts, undefined for none @throws Refusal 400 for a policy that is none */
export function restartPolicy(value: Json, path: string): Json | undefined {
  if (!isObject(value)) throw bad(`${path}: not an object`);
  const { Name = '', MaximumRetryCount = 0 } = rebuild(
    value,
    { Name: { rule: text(20) }, MaximumRetryCount: { rule: whole(0, 1_000_000) } },
    path,
  ) as {
    Name?: string;
    MaximumRetryCount?: number;
  };
  if (Name === '' || Name === 'no') return undefined;
  if (!['on-failure', 'always', 'unless-stopped'].includes(Name)) throw bad(`${path}: invalid restart policy '${Name}'`);
  const most = Name === 'on-failure' && MaximumRetryCount > 0 ? Math.min(MaximumRetryCount, BOUNDS.restarts) : BOUNDS.restarts;
  return { Name: 'on-failure', MaximumRetryCount: most };
}

/** The log stays where the lab keeps it; who asks for another place is told so. */
export function logConfig(value: Json, path: string): undefined {
  if (!isObject(value)) throw bad(`${path}: not an object`);
  const { Type = '', Config = {} } = rebuild(value, { Type: { rule: text(40) }, Config: { rule: (config) => config } }, path) as {
    Type?: string;
    Config?: Json;
  };
  if (!['', 'json-file', 'local', 'none'].includes(Type))
    throw denied(`${path}: the log driver ${Type} is not allowed in this lab (--log-driver)`);
  if (!isObject(Config)) throw bad(`${path}.Config: not an object`);
  const other = Object.keys(Config).find((name) => name !== 'max-size' && name !== 'max-file' && name !== 'compress');
  if (other !== undefined) throw denied(`${path}: the option ${other} is not allowed in this lab (--log-opt)`);
}
