import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { needsNamespaces } from '../../../test-support/requirements.ts';
import type { Lab } from '../labs/lab.ts';
import { loadLab } from '../labs/load-lab.ts';
import type { Keep, Runtime } from '../runtime/runtime.ts';
import { createShellRuntime } from '../runtime/shell/shell-runtime.ts';
import { loadExtraFixes } from './extra-fixes.ts';
import { leftoverFolder, leftoverProcesses } from './leftovers.ts';
import { makeProofSession, proofOf, sweepDeadProofs } from './proof-sessions.ts';
import { type ProofReport, prove } from './prove.ts';
import { difference, runRecording } from './record.ts';

let disk: LabOnDisk;
let dataDirectory: string;
let shell: Runtime;
let problems: string[];

beforeEach(async () => {
  disk = await labOnDisk('quick');
  // Slower answers and a shorter look: the same lab in less time.
  await disk.replace('workspace/server.js', 'PREPARE_MS = 150', 'PREPARE_MS = 300');
  await disk.replace('lab.yaml', 'rate: 15, seconds: 2', 'rate: 20, seconds: 0.5');
  await disk.replace('lab.yaml', 'hold: 10', 'hold: 1');
  dataDirectory = await mkdtemp(join(tmpdir(), 'ops-lab-proof-'));
  const sidecarFolder = join(import.meta.dirname, '../../../sidecar');
  shell = createShellRuntime({
    sessionsFolder: join(dataDirectory, 'sessions'),
    sidecarFolder,
    node: process.execPath,
    electronRunAsNode: false,
  });
  problems = [];
});
afterEach(async () => {
  await shell.sweep(new Set());
  await disk.remove();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function load(): Promise<Lab> {
  const { lab, problems: found } = await loadLab(disk.folder);
  if (lab === null) throw new Error(JSON.stringify(found));
  return lab;
}

const run = async (lab: Lab, extra = new Map(), signal = new AbortController().signal): Promise<ProofReport> =>
  prove({
    labs: [lab],
    runtimes: [shell],
    runs: 1,
    jobs: 1,
    extra,
    dataDirectory,
    leftovers: async (id, folder) => [...(await leftoverProcesses(id, folder)), ...(await leftoverFolder(folder))],
    onProgress: () => {},
    onCase: (_, found) => problems.push(...found),
    signal,
  });

describe.skipIf(!needsNamespaces())('a proof on the shell runtime', () => {
  it('shows that the untouched lab fails, its solution fixes, its wrong fix does not, and nothing is left', async () => {
    const report = await run(await load());
    expect(problems).toEqual([]);
    expect(report.cases.map(({ kind, name, expected, got, ok, leaks }) => [kind, name, expected, got, ok, leaks])).toEqual([
      ['untouched', 'untouched', 'not-yet', 'not-yet', true, []],
      ['solution', 'wait-with-a-timer', 'fixed', 'fixed', true, []],
      ['wrong', 'restart', 'not-yet', 'not-yet', true, []],
    ]);
    expect(report.ok).toBe(true);
    expect(Object.keys(report.cases[0] ?? {})).toEqual(
      'lab runtime run kind name expected got ok seconds readySeconds measurements leaks'.split(' '),
    );
    expect(report.cases[0]?.measurements.responsive?.figures['load.p99']).toBeGreaterThan(1000);
    expect(await readdir(join(dataDirectory, 'sessions'))).toEqual([]);
  }, 120_000);

  it('finds a wrong fix that fixes, also one from another folder', async () => {
    const extra = join(disk.labs, 'extra');
    await mkdir(join(extra, 'quick', 'wrong', 'secretly-right', 'files'), { recursive: true });
    await writeFile(
      join(extra, 'quick/wrong/secretly-right/files/server.js'),
      await disk.read('solutions/wait-with-a-timer/files/server.js'),
    );
    await writeFile(join(extra, 'quick/wrong/secretly-right/solution.yaml'), await disk.read('wrong/restart/solution.yaml'));
    const lab = { ...(await load()), solutions: [], wrong: [] };
    const further = await loadExtraFixes(extra, [lab]);
    expect(further.problems).toEqual([]);
    const report = await run(lab, new Map(further.fixes));
    expect(report.ok).toBe(false);
    expect(report.cases.at(-1)).toMatchObject({
      kind: 'wrong',
      name: 'secretly-right',
      expected: 'not-yet',
      got: 'fixed',
      ok: false,
      leaks: [],
    });
    expect(problems).toEqual(['responsive was shown as fixed, expected not-yet']);
  }, 120_000);

  it('reports a fix that cannot be applied', async () => {
    await disk.write('solutions/wait-with-a-timer/apply.sh', 'echo no such thing >&2\nexit 3\n');
    const report = await run({ ...(await load()), wrong: [] });
    expect(report.cases.at(-1)).toMatchObject({ kind: 'solution', got: 'could-not-check', ok: false, leaks: [] });
    expect(problems.join()).toContain('apply.sh of “wait-with-a-timer” ended with exit code 3. no such thing');
  }, 120_000);

  it('removes everything when it is cancelled in the middle', async () => {
    const cancelled = new AbortController();
    setTimeout(() => cancelled.abort(), 2000);
    await expect(run(await load(), new Map(), cancelled.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(join(dataDirectory, 'sessions'))).toEqual([]);
    expect(await leftoverProcesses('no session', dataDirectory)).toEqual([]);
  }, 60_000);

  it('records what a command prints in the untouched lab', async () => {
    const lab = await load();
    const recording = lab.recordings.get('log-line');
    if (recording === undefined) throw new Error('the lab has no recording');
    const environment = { runtime: shell, dataDirectory, onProgress: () => {}, signal: new AbortController().signal };
    const found = await runRecording(lab, recording, environment);
    expect(found).toMatch(/^GET \/ kept the thread busy for \d+ ms\n$/);
    expect(difference(recording, found)).toBeNull();
    const both = await runRecording(lab, { ...recording, command: 'echo $COLUMNS; ls /none' }, environment);
    expect(both).toMatch(/^100\nls: cannot access/);
  }, 60_000);
});

describe('proof sessions', () => {
  it('tell live proofs, dead ones and other sessions apart, and a sweep removes dead ones only', async () => {
    const live = await makeProofSession(dataDirectory);
    const ended = spawn(process.execPath, ['-e', '0']);
    await new Promise((resolve) => ended.once('exit', resolve));
    const folder = (id: string) => join(dataDirectory, 'sessions', id);
    await mkdir(folder('dead'));
    await writeFile(join(folder('dead'), 'proof.json'), JSON.stringify({ pid: ended.pid, startedAt: '1' }));
    await mkdir(folder('reused'));
    await writeFile(join(folder('reused'), 'proof.json'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    await mkdir(folder('app'));
    expect(['dead', 'reused', 'app', live.id].map((id) => proofOf(dataDirectory, id))).toEqual(['dead', 'dead', null, 'live']);
    const asked: boolean[] = [];
    const sweep = async (keep: Keep) => {
      asked.push(keep.has('dead'), keep.has('app'), keep.has(live.id), keep.has('begun meanwhile'));
      return [];
    };
    await sweepDeadProofs(dataDirectory, [{ sweep }]);
    expect(asked).toEqual([false, true, true, true]);
    expect((await readdir(join(dataDirectory, 'sessions'))).sort()).toEqual(['app', live.id].sort());
  });

  it('keep the folders when a runtime could not be swept', async () => {
    await mkdir(join(dataDirectory, 'sessions', 'dead'), { recursive: true });
    await writeFile(join(dataDirectory, 'sessions', 'dead', 'proof.json'), JSON.stringify({ pid: 2 ** 30, startedAt: '' }));
    const broken = { sweep: () => Promise.reject(new Error('no engine')) };
    await sweepDeadProofs(dataDirectory, [broken]);
    expect(await readdir(join(dataDirectory, 'sessions'))).toEqual(['dead']);
  });
});
