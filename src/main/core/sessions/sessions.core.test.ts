/** Whole sessions: the core as hosts use it, over the shell runtime, with a small lab made for the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionView } from '../../../shared/contract/values.ts';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { decodeHostFrame, encodeViewerFrame, type HostFrame } from '../../../shared/terminal-wire/frames.ts';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { needsNamespaces } from '../../../test-support/requirements.ts';
import type { Caller, Core } from '../core.ts';
import { createCore } from '../create-core.ts';

let disk: LabOnDisk;
let dataDirectory: string;
let core: Core;
let me: Caller;

async function open(): Promise<void> {
  core = await createCore({
    dataDirectory,
    labFolders: { builtIn: disk.labs, extra: [] },
    sidecarFolder: join(import.meta.dirname, '../../../sidecar'),
    node: process.execPath,
    electronRunAsNode: false,
    version: 'test',
  });
  me = { learnerId: core.learners.current().id, role: 'local', loopback: true };
}

beforeEach(async () => {
  vi.stubEnv('OPS_LAB_ENGINE', 'none');
  disk = await labOnDisk('quick');
  await disk.replace('workspace/server.js', 'PREPARE_MS = 150', 'PREPARE_MS = 300');
  await disk.replace('lab.yaml', 'rate: 15, seconds: 2', 'rate: 20, seconds: 0.5');
  await disk.replace('lab.yaml', 'hold: 10', 'hold: 1');
  dataDirectory = mkdtempSync(join(tmpdir(), 'ops-lab-sessions-'));
  await open();
});

afterEach(async () => {
  core.settings.set({ onClose: 'stop' });
  await core.close();
  await disk.remove();
  rmSync(dataDirectory, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** The session when it is as wanted. */
async function until(id: string, wanted: (session: SessionView) => boolean): Promise<SessionView> {
  let session = await core.sessions.get(me, id);
  await expect
    .poll(
      async () => {
        session = await core.sessions.get(me, id);
        return wanted(session);
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBe(true);
  return session;
}

async function started(): Promise<SessionView> {
  const { id } = await core.sessions.start(me, 'quick', 'shell');
  return until(id, (session) => session.state === 'running');
}

/** A viewer that keeps what it is shown. */
function view(terminalId: string): { shown: () => string; type: (text: string) => void } {
  const frames: HostFrame[] = [];
  let toCore: (bytes: Uint8Array) => void = () => {};
  const channel: BinaryChannel = {
    send: (bytes) => frames.push(decodeHostFrame(bytes)),
    close: () => {},
    onMessage: (listener) => {
      toCore = listener;
    },
    onClose: () => {},
  };
  core.sessions.attachTerminal(me, terminalId, channel);
  return {
    shown: () =>
      frames
        .map((frame) => (frame.kind === 'output' ? Buffer.from(frame.bytes).toString() : frame.kind === 'snapshot' ? frame.text : ''))
        .join(''),
    type: (text) => toCore(encodeViewerFrame({ kind: 'input', bytes: Buffer.from(text) })),
  };
}

const firstTerminal = (session: SessionView): string => session.terminals[0]?.id ?? '';

describe.skipIf(!needsNamespaces())('a session', () => {
  test('starts, shows the failing measurement, keeps commands, and stops without a trace', async () => {
    const session = await started();
    const terminal = view(firstTerminal(session));
    expect(session.story.find((part) => part.id === 'investigation')?.markdown).toBeNull();
    terminal.type('echo one; false\n');
    await expect
      .poll(() => core.history.search(me, { text: 'echo one', failedOnly: true, limit: 5 }).commands, { timeout: 15_000 })
      .toMatchObject([{ command: 'echo one; false', exitCode: 1, sessionId: session.id }]);
    const failing = await until(session.id, ({ objectives }) => objectives.some(({ verdict }) => verdict === 'not-yet'));
    expect(failing.objectives.find(({ kind }) => kind === 'repair')?.measurements.length).toBeGreaterThan(0);
    expect(failing.story.find((part) => part.id === 'investigation')?.markdown).not.toBeNull();
    expect(await core.sessions.stop(me, session.id)).toMatchObject({ state: 'stopped', message: '' });
  });

  test('survives its host: the next one finds it, with the screen, the verdicts and the same terminal', async () => {
    const session = await started();
    const id = firstTerminal(session);
    const before = view(id);
    before.type('printf "seen-%s\\n" before\n');
    await expect.poll(before.shown, { timeout: 15_000 }).toContain('seen-before');
    await until(session.id, ({ objectives }) => objectives.some(({ verdict }) => verdict === 'not-yet'));
    for (let restart = 1; restart <= 2; restart++) {
      await core.close();
      await open();
      const back = await core.sessions.get(me, session.id);
      expect(back).toMatchObject({ id: session.id, terminals: [{ id }] });
      expect(back.objectives.find(({ kind }) => kind === 'repair')?.verdict).toBe('not-yet');
      const after = view(id);
      await expect.poll(after.shown, { timeout: 15_000 }).toContain('seen-before');
      await until(session.id, ({ state }) => state === 'running');
      after.type(`printf "again-%s\\n" ${restart}\n`);
      await expect.poll(after.shown, { timeout: 15_000 }).toContain(`again-${restart}`);
    }
  });

  test('a shown solution marks the attempt, is applied, and its verdict is reached and may fall again', async () => {
    const session = await started();
    await expect(core.sessions.applySolution(me, session.id, 'wait-with-a-timer')).rejects.toMatchObject({ code: 'not-allowed' });
    const shown = await core.sessions.showSolutions(me, session.id);
    expect(shown).toMatchObject({ assisted: true });
    const { content, version } = await core.sessions.readFile(me, session.id, 'server.js');
    await core.sessions.applySolution(me, session.id, 'wait-with-a-timer');
    const fixed = await until(session.id, (now) => now.objectives.some(({ kind, verdict }) => kind === 'repair' && verdict === 'fixed'));
    expect(fixed.solvedMs).not.toBeNull();
    expect(fixed.story.every((part) => part.markdown !== null)).toBe(true);
    await expect(core.sessions.writeFile(me, session.id, 'server.js', content, version)).rejects.toMatchObject({ code: 'conflict' });
    const now = await core.sessions.readFile(me, session.id, 'server.js');
    await core.sessions.writeFile(me, session.id, 'server.js', content, now.version);
    await core.sessions.restartService(me, session.id, 'app');
    await core.sessions.check(me, session.id);
    await until(session.id, (later) => later.objectives.some(({ kind, verdict }) => kind === 'repair' && verdict === 'not-yet'));
  });

  test('hints come in order and cost what they say; evidence must have been printed', async () => {
    const session = await started();
    const failing = await until(session.id, ({ objectives }) => objectives.some(({ verdict }) => verdict === 'not-yet'));
    const [first, second] = failing.hints.filter(({ objective }) => objective === failing.objectives.at(-1)?.id);
    if (first === undefined || second === undefined) throw new Error('the lab has two hints for its repair');
    await expect(core.sessions.openHint(me, session.id, second.id)).rejects.toMatchObject({ code: 'not-allowed' });
    const opened = await core.sessions.openHint(me, session.id, first.id);
    expect(opened.points).toBe(100 - first.cost);
    expect((await core.sessions.openHint(me, session.id, first.id)).points).toBe(100 - first.cost);
    await expect(core.sessions.openHint(me, session.id, 'no.1')).rejects.toMatchObject({ code: 'not-found' });
    const terminal = firstTerminal(session);
    await expect(core.sessions.pin(me, session.id, terminal, 'never printed')).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a start that failed stands in nobody’s way: the same lab starts again, and the failure stays as it was', async () => {
    const sessions = join(dataDirectory, 'sessions');
    rmSync(sessions, { recursive: true, force: true });
    writeFileSync(sessions, 'no folder');
    const failed = await core.sessions.start(me, 'quick', 'shell');
    expect(await until(failed.id, ({ state }) => state === 'failed')).toMatchObject({
      message: expect.stringContaining('could not be started'),
    });
    rmSync(sessions);
    const session = await started();
    expect(session.state).toBe('running');
    await core.close();
    await open();
    expect((await core.sessions.get(me, failed.id)).state).toBe('failed');
  });

  test('what is foreign or unknown is not found, and the same lab runs once per learner', async () => {
    const session = await started();
    const other = { ...me, learnerId: core.learners.create(me, 'Other').id };
    await expect(core.sessions.get(other, session.id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(core.sessions.stop(other, session.id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(core.sessions.get(me, '0'.repeat(32))).rejects.toMatchObject({ code: 'not-found' });
    await expect(core.sessions.start(me, 'quick', 'shell')).rejects.toMatchObject({ code: 'conflict' });
    await expect(core.sessions.start(me, 'quicck')).rejects.toThrow('Did you mean “quick”');
    await expect(core.sessions.start({ ...other, role: 'learner', loopback: false }, 'quick', 'shell')).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(core.sessions.check(me, session.id, 'nothing')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a second host on the same data directory is refused', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'conflict' });
  });
});
