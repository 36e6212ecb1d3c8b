/** `npm run soak`: sessions come and go, terminals are flooded, checks run; in the end everything is where it was in the beginning. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { interruptCode, interrupted } from '../scripts/lib/interrupt.mjs';
import { helpText } from '../scripts/lib/options.mjs';
import { callerDirectory } from '../scripts/lib/paths.mjs';
import { runMain } from '../scripts/lib/say.mjs';
import { readSoakArguments, SOAK_OPTIONS } from './lib/arguments.ts';
import { Cleanup } from './lib/cleanup.ts';
import { docker, engineVersion, labImage } from './lib/docker.ts';
import { BuiltHost, connect } from './lib/host.ts';
import { unlessInterrupted } from './lib/interruptible.ts';
import { type Count, countTable, endsWhereItBegan } from './lib/ledger.ts';
import { describeMachine, load } from './lib/machine.ts';
import { commandLine, memoryOf, openDescriptors, pids, processTree } from './lib/procfs.ts';
import { machineLine } from './lib/report.ts';
import { soakSession } from './lib/soak-session.ts';

const MEGABYTE = 1_000_000;
/** Rounds before the beginning is measured: compilers, caches and the database's pages have grown to their size by then. */
const WARM_UP_ROUNDS = 3;
/** How long the host is left alone, collecting its garbage now and then, before it is counted. */
const QUIET_MS = 15_000;
const LOOKS = 15;

interface State {
  readonly memory: number;
  readonly descriptors: number;
  readonly processes: number;
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
  readonly folders: number;
}

function say(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}

function linesOf(text: string): number {
  return text === '' ? 0 : text.split('\n').length;
}

/** Where there is no engine, the shell runtime is soaked alone. */
async function hasEngine(): Promise<boolean> {
  return labImage().then(
    () => true,
    () => false,
  );
}

/** @returns the smallest of some looks at the memory, each after a collection, in MB */
async function memoryNow(host: BuiltHost): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    await delay(QUIET_MS / LOOKS);
    least = Math.min(least, await host.collectGarbage());
  }
  return Math.round(least / MEGABYTE);
}

/** Of the host and of its sessions, whose supervisors outlive it: they name its data directory. */
function processesOf(host: BuiltHost): number {
  const roots = pids().filter((pid) => pid === host.pid || commandLine(pid).join(' ').includes(host.dataDirectory));
  return new Set(roots.flatMap(processTree)).size;
}

async function look(host: BuiltHost, engine: boolean): Promise<State> {
  // What belongs to this data directory carries its id on the engine; other hosts' things are theirs.
  const home = readFileSync(join(host.dataDirectory, 'home-id'), 'utf8').trim();
  const onEngine = async (...args: string[]) =>
    engine ? linesOf(await docker([...args, '--filter', `label=io.ops-lab.home=${home}`])) : 0;
  const sessions = join(host.dataDirectory, 'sessions');
  return {
    // First, since it waits until what was stopped is gone.
    memory: await memoryNow(host),
    descriptors: openDescriptors(host.pid),
    processes: processesOf(host),
    containers: await onEngine('ps', '-aq'),
    networks: await onEngine('network', 'ls', '-q'),
    volumes: await onEngine('volume', 'ls', '-q'),
    folders: existsSync(sessions) ? readdirSync(sessions).length : 0,
  };
}

/** SQLite's cache grows with the history, and freed memory that lies between used pieces is not given back. */
const MEMORY_TOLERANCE = 30;

function countsOf(before: State, after: State): Count[] {
  const of = (name: keyof State, unit: string, tolerance: number): Count => ({
    name,
    unit,
    before: before[name],
    after: after[name],
    tolerance,
  });
  return [
    of('memory', 'MB', MEMORY_TOLERANCE),
    // A connection to the engine may be open at one moment and not at the other.
    of('descriptors', '', 4),
    of('processes', '', 0),
    of('containers', '', 0),
    of('networks', '', 0),
    of('volumes', '', 0),
    of('folders', '', 0),
  ];
}

async function soak(minutes: number, cleanup: Cleanup): Promise<{ counts: Count[]; rounds: number; sessions: number; bytes: number }> {
  const engine = await hasEngine();
  if (!engine) say('no engine with a lab image: only shell sessions');
  const host = await BuiltHost.start(cleanup, { countMemory: true });
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const runtimes = engine ? (['shell', 'docker'] as const) : (['shell'] as const);
  const total = { rounds: 0, sessions: 0, bytes: 0 };
  const round = async () => {
    for (const runtime of runtimes) {
      total.bytes += await soakSession({ host, client, cookie, runtime });
      total.sessions += 1;
    }
    total.rounds += 1;
  };
  for (let number = 0; number < WARM_UP_ROUNDS; number++) await round();
  const before = await look(host, engine);
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await round();
    say(
      `${total.sessions} sessions, ${Math.round(total.bytes / MEGABYTE)} MB through terminals, host ${Math.round(memoryOf(host.pid, 'VmRSS') / MEGABYTE)} MB`,
    );
  }
  return { counts: countsOf(before, await look(host, engine)), ...total };
}

async function main(): Promise<number> {
  const { help, minutes, json } = readSoakArguments(process.argv.slice(2), callerDirectory());
  if (help) {
    const about =
      'Starts and stops sessions, floods terminals and runs checks for a while, then counts what is left. Fails when anything is.';
    process.stdout.write(helpText('npm run soak -- [options]', about, SOAK_OPTIONS));
    return 0;
  }
  const loadBefore = load();
  const cleanup = new Cleanup();
  try {
    const { counts, ...work } = await unlessInterrupted(soak(minutes, cleanup));
    const machine = describeMachine(loadBefore, 'no browser', await engineVersion());
    const what = `${minutes} minutes, ${work.sessions} sessions, ${Math.round(work.bytes / MEGABYTE)} MB through terminals`;
    process.stdout.write(`${machineLine(machine)}; ${what}\n\n${countTable(counts)}\n`);
    const ok = counts.every(endsWhereItBegan);
    if (json !== null) writeFileSync(json, `${JSON.stringify({ machine, minutes, ...work, counts, ok }, null, 2)}\n`);
    return ok ? 0 : 1;
  } catch (error) {
    if (interrupted.aborted) return interruptCode();
    throw error;
  } finally {
    await cleanup.close();
  }
}

await runMain(main);
process.exit();
