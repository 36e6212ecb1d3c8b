/** What happens on a learner's machine while a session runs, or before one can: each has its message, and the core goes on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionView } from '../../../shared/contract/values.ts';
import { encodeViewerFrame } from '../../../shared/terminal-wire/frames.ts';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { needsNamespaces } from '../../../test-support/requirements.ts';
import type { Caller, Core } from '../core.ts';
import { createCore } from '../create-core.ts';

let disk: LabOnDisk;
let dataDirectory: string;
let core: Core | null = null;

const open = (directory = dataDirectory) =>
  createCore({
    dataDirectory: directory,
    labFolders: { builtIn: disk.labs, extra: [] },
    sidecarFolder: join(import.meta.dirname, '../../../sidecar'),
    node: process.execPath,
    electronRunAsNode: false,
    version: 'test',
  });
const file = () => join(dataDirectory, 'ops-lab.sqlite');
const caller = (of: Core): Caller => ({ learnerId: of.learners.current().id, role: 'local', loopback: true });

beforeEach(async () => {
  vi.stubEnv('OPS_LAB_ENGINE', 'none');
  disk = await labOnDisk('quick');
  dataDirectory = mkdtempSync(join(tmpdir(), 'ops-lab-failures-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await core?.close('stop');
  core = null;
  await disk.remove();
  rmSync(dataDirectory, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe('before it opens', () => {
  test('a data directory that cannot be made says where it is and how to choose another', async () => {
    writeFileSync(join(dataDirectory, 'a-file'), '');
    await expect(open(join(dataDirectory, 'a-file', 'data'))).rejects.toMatchObject({
      code: 'not-allowed',
      message: expect.stringContaining('--data-dir'),
    });
  });

  test('a database that another program has locked is not called damaged, and opens once it is free', async () => {
    await (await open()).close();
    const other = new Database(file());
    try {
      other.pragma('locking_mode = EXCLUSIVE');
      other.exec('BEGIN EXCLUSIVE; UPDATE settings SET value = value');
      await expect(open()).rejects.toMatchObject({ code: 'conflict', retryable: true, message: expect.stringContaining('locked') });
    } finally {
      other.close();
    }
    core = await open();
    expect(readdirSync(dataDirectory).filter((name) => name.includes('damaged'))).toEqual([]);
    expect(core.info.notices).toEqual([]);
  });

  test('a damaged database is kept aside, the last copy takes its place, and the person is told', async () => {
    const first = await open();
    first.learners.create(caller(first), 'Ada');
    await first.close();
    writeFileSync(file(), Buffer.alloc(100_000, 'x'));
    for (const suffix of ['-wal', '-shm']) rmSync(`${file()}${suffix}`, { force: true });
    core = await open();
    expect(core.learners.list(caller(core)).map(({ name }) => name)).toContain('Ada');
    expect(core.info.notices.join()).toMatch(/damaged.*put aside.*the copy of/);
    expect(readdirSync(dataDirectory).some((name) => name.includes('damaged'))).toBe(true);
  });
});

describe.skipIf(!needsNamespaces())('while a session runs', () => {
  let me: Caller;
  let running: Core;

  async function until(id: string, wanted: (session: SessionView) => boolean): Promise<SessionView> {
    await expect.poll(async () => wanted(await running.sessions.get(me, id)), { timeout: 60_000, interval: 100 }).toBe(true);
    return running.sessions.get(me, id);
  }

  async function started(): Promise<SessionView> {
    running = await open();
    core = running;
    me = caller(running);
    const { id } = await running.sessions.start(me, 'quick', 'shell');
    return until(id, ({ state }) => state === 'running');
  }

  function type(session: SessionView, text: string): void {
    running.sessions.attachTerminal(me, session.terminals[0]?.id ?? '', {
      send: () => {},
      close: () => {},
      onClose: () => {},
      onMessage: (listener) => listener(encodeViewerFrame({ kind: 'input', bytes: Buffer.from(text) })),
    });
  }

  const history = (text: string) => running.history.search(me, { text, failedOnly: false, limit: 5 }).commands.length;

  test('a database that cannot be written is told in the session, the shell goes on, and history is kept again afterwards', async () => {
    const session = await started();
    const other = new Database(file());
    try {
      other.exec('BEGIN IMMEDIATE');
      type(session, 'echo not-kept\n');
      const troubled = await until(session.id, ({ notices }) => notices.some((notice) => notice.includes('is not kept')));
      expect(troubled.state).toBe('running');
      other.exec('ROLLBACK');
    } finally {
      other.close();
    }
    type(session, 'echo kept-again\n');
    await expect.poll(() => history('kept-again'), { timeout: 20_000 }).toBe(1);
    await until(session.id, ({ notices }) => !notices.some((notice) => notice.includes('is not kept')));
    expect(history('not-kept')).toBe(0);
  });

  test("a lab's folder that is removed leaves the session as it is; what needs its files says so; it ends cleanly", async () => {
    const session = await started();
    await rm(disk.folder, { recursive: true });
    type(session, 'echo still-here\n');
    await expect.poll(() => history('still-here'), { timeout: 20_000 }).toBe(1);
    await running.sessions.showSolutions(me, session.id);
    await expect(running.sessions.applySolution(me, session.id, 'wait-with-a-timer')).rejects.toMatchObject({ code: 'lab-broken' });
    await expect.poll(async () => (await running.labs.list(me)).labs.length, { timeout: 20_000 }).toBe(0);
    expect(await running.sessions.get(me, session.id)).toMatchObject({ state: 'running', labId: 'quick' });
    expect(await running.sessions.stop(me, session.id)).toMatchObject({ state: 'stopped', message: '' });
    await expect(running.sessions.start(me, 'quick', 'shell')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a session whose lab is gone at the next start is ended with the reason, and its processes with it', async () => {
    const session = await started();
    await running.close('keep');
    await rm(disk.folder, { recursive: true });
    running = await open();
    core = running;
    expect(await running.sessions.get(me, session.id)).toMatchObject({
      state: 'stopped',
      message: expect.stringContaining('is not there any more'),
    });
    const programs = () =>
      readdirSync('/proc').filter((name) => {
        try {
          return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(session.id);
        } catch {
          return false;
        }
      });
    // They are swept while the host serves already.
    await expect.poll(programs, { timeout: 20_000 }).toEqual([]);
  });

  test.each([
    ['back an hour', -3_600_000],
    ['on a week', 7 * 86_400_000],
  ])('a clock that jumps %s changes no order, no duration below zero, and keeps nothing from being looked at', async (_where, jump) => {
    const session = await started();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump });
    type(session, 'echo after-the-jump\n');
    await expect.poll(() => history('after-the-jump'), { timeout: 20_000 }).toBe(1);
    const { solvedMs } = await running.sessions.get(me, session.id);
    expect(solvedMs ?? 0).toBeGreaterThanOrEqual(0);
    await rm(disk.folder, { recursive: true });
    await expect.poll(async () => (await running.labs.list(me)).labs.length, { timeout: 20_000 }).toBe(0);
    const [row] = running.history.search(me, { text: 'after-the-jump', failedOnly: false, limit: 1 }).commands;
    expect(row?.durationMs ?? 0).toBeGreaterThanOrEqual(0);
  });
});
