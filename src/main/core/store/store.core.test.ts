import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { listCopies } from './copies.ts';
import { migrate, schemaText } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { newId, openStore, type Store } from './store.ts';

function open(file: string): Store {
  const store = openStore(file);
  onTestFinished(() => store.close());
  return store;
}

function newFile(): string {
  return join(temporaryDirectory(), 'ops-lab.db');
}

function addSession(store: Store, labId = 'a-lab'): { learnerId: string; sessionId: string } {
  const learnerId = newId();
  const sessionId = newId();
  store.learners.add({ id: learnerId, name: 'Ada', createdAt: 1 });
  store.sessions.add({ id: sessionId, learnerId, labId, labTitle: 'A lab', runtime: 'shell', startedAt: 1, folder: '/f', points: 100 });
  return { learnerId, sessionId };
}

function addCommand(store: Store, sessionId: string, command: string, exitCode: number | null = 0) {
  const row = { uid: newId(), sessionId, terminal: 'shell', command, directory: '/lab', exitCode, startedAt: 5, durationMs: 7 };
  return store.commands.add(row);
}

function search(store: Store, learnerId: string, text: string): string[] {
  return store.commands.search({ learnerId, text, failedOnly: false, limit: 50 }).commands.map((row) => row.command);
}

test('the schema is the committed one; after a change write it with UPDATE_SCHEMA=1', () => {
  const store = newFile();
  open(store);
  const database = new Database(store, { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  const snapshot = fileURLToPath(new URL('schema.sql', import.meta.url));
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(snapshot, schemaText(database));
  expect(schemaText(database)).toBe(readFileSync(snapshot, 'utf8'));
});

test('the database is in WAL mode and readable by its owner only', () => {
  const file = newFile();
  open(file);
  const database = new Database(file, { readonly: true });
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  database.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a database of a newer version is refused and left as it is', () => {
  const file = newFile();
  open(file).close();
  const database = new Database(file);
  database.pragma('user_version = 999');
  database.close();
  const before = readFileSync(file);
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'store-newer' }));
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('an upgrade keeps a copy first, and a migration that fails leaves the version before it', () => {
  const database = new Database(':memory:');
  onTestFinished(() => {
    database.close();
  });
  migrate(database, MIGRATIONS, () => expect.unreachable('a new database needs no copy'));
  const kept: number[] = [];
  const next = { version: 2, sql: 'CREATE TABLE extra (id INTEGER) STRICT' };
  const broken = { version: 3, sql: 'CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER)' };
  expect(() => migrate(database, [...MIGRATIONS, next, broken], (version) => kept.push(version))).toThrow(/already exists/);
  expect(kept).toEqual([1]);
  expect(database.pragma('user_version', { simple: true })).toBe(2);
  expect(database.prepare(`SELECT name FROM sqlite_schema WHERE name = 'half'`).get()).toBeUndefined();
});

test('a damaged database is put aside and the newest copy takes its place, with a notice', () => {
  const file = newFile();
  const store = open(file);
  addSession(store);
  store.close();
  expect(listCopies(file)).toHaveLength(1);
  const bytes = readFileSync(file);
  bytes.fill(0xff, 4096, 4096 * 6);
  writeFileSync(file, bytes);

  const again = open(file);
  expect(again.learners.list().map((learner) => learner.name)).toEqual(['Ada']);
  expect(again.notices).toEqual([expect.stringContaining('damaged')]);
  expect(readdirSync(join(file, '..')).some((name) => name.includes('.damaged-'))).toBe(true);
});

test('a damaged database without a copy gives way to an empty one', () => {
  const file = newFile();
  writeFileSync(file, 'this is no database, but it is long enough to look at'.repeat(100));
  const store = open(file);
  expect(store.learners.list()).toEqual([]);
  expect(store.notices).toEqual([expect.stringContaining('no copy')]);
});

test('only the newest three copies stay, and closing without a change keeps none', () => {
  const file = newFile();
  for (let round = 0; round < 5; round++) {
    const store = open(file);
    addSession(store);
    store.close();
  }
  expect(listCopies(file)).toHaveLength(3);
  const newest = listCopies(file)[0];
  open(file).close();
  expect(listCopies(file)[0]).toBe(newest);
  expect(existsSync(`${file}-wal`)).toBe(false);
});

test('the newest copy stays the newest when the clock goes back', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const file = newFile();
  const names: string[] = [];
  for (const name of ['Ada', 'Ben', 'Cem', 'Dora', 'Eve']) {
    const store = open(file);
    store.learners.add({ id: newId(), name, createdAt: 1 });
    store.close();
    names.push(listCopies(file)[0] ?? '');
    vi.setSystemTime(Date.now() - 86_400_000);
  }
  expect(new Set(names).size).toBe(names.length);
  const newest = new Database(names.at(-1) ?? '', { readonly: true });
  expect(newest.prepare('SELECT count(*) FROM learners').pluck().get()).toBe(names.length);
  newest.close();
});

test('everything acknowledged is there after kill -9', async () => {
  const file = newFile();
  const program = fileURLToPath(new URL('../../../test-support/store-writer.ts', import.meta.url));
  const writer = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    writer.kill('SIGKILL');
  });
  let acknowledged = -1;
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged = Number(line);
    if (acknowledged === 300) writer.kill('SIGKILL');
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  expect(writer.signalCode).toBe('SIGKILL');

  const store = open(file);
  expect(store.notices).toEqual([]);
  const learnerId = store.learners.list()[0]?.id ?? '';
  expect(store.commands.count(learnerId)).toBeGreaterThanOrEqual(acknowledged + 1);
  expect(search(store, learnerId, `number ${acknowledged}`)).toContain(`number ${acknowledged}`);
});

test('a session keeps the best verdict that it ever had', () => {
  const store = open(newFile());
  const { sessionId } = addSession(store);
  store.sessions.update(sessionId, { verdict: 'mitigated', state: 'running', revealed: ['fix'], runtimeData: { ids: ['a'] } });
  store.sessions.update(sessionId, { verdict: 'could-not-check' });
  expect(store.sessions.update(sessionId, { verdict: 'not-yet' })).toMatchObject({
    verdict: 'not-yet',
    bestVerdict: 'mitigated',
    revealed: ['fix'],
    runtimeData: { ids: ['a'] },
  });
  expect(store.sessions.live().map((session) => session.id)).toEqual([sessionId]);
  store.sessions.update(sessionId, { state: 'stopped' });
  expect(store.sessions.live()).toEqual([]);
  expect(store.sessions.update(newId(), { state: 'stopped' })).toBeNull();
});

test('a verdict enters the history only when it changes; the newest look is always kept', () => {
  const store = open(newFile());
  const { sessionId } = addSession(store);
  const look = (verdict: 'not-yet' | 'fixed', at: number) =>
    store.verdicts.record(sessionId, { objective: 'answers', verdict, at, measurements: [], reasons: [`at ${at}`] });
  expect([look('not-yet', 1), look('not-yet', 2), look('fixed', 3), look('not-yet', 4)]).toEqual([true, false, true, true]);
  expect(store.verdicts.history(sessionId).map((entry) => [entry.verdict, entry.at])).toEqual([
    ['not-yet', 1],
    ['fixed', 3],
    ['not-yet', 4],
  ]);
  expect(store.verdicts.current(sessionId)).toMatchObject([{ verdict: 'not-yet', at: 4, reasons: ['at 4'] }]);
});

test('what is checked or answered after the clock went back counts; what is imported only when it is newer', () => {
  const store = open(newFile());
  const { sessionId } = addSession(store);
  const look = { objective: 'answers', measurements: [], reasons: [] };
  const answer = { objective: 'what', pins: [], feedback: '' };
  store.verdicts.record(sessionId, { ...look, verdict: 'fixed', at: 9 });
  store.answers.put(sessionId, { ...answer, chosen: 'a', at: 9 });
  expect(store.verdicts.record(sessionId, { ...look, verdict: 'not-yet', at: 5 })).toBe(true);
  store.answers.put(sessionId, { ...answer, chosen: 'b', at: 5 });
  store.verdicts.importCurrent(sessionId, { ...look, verdict: 'fixed', at: 4 });
  expect(store.answers.import(sessionId, { ...answer, chosen: 'c', at: 5 })).toBe(false);
  expect(store.verdicts.current(sessionId)).toMatchObject([{ verdict: 'not-yet', at: 5 }]);
  expect(store.answers.ofSession(sessionId)).toMatchObject([{ chosen: 'b', at: 5 }]);
  expect(store.answers.import(sessionId, { ...answer, chosen: 'c', at: 6 })).toBe(true);
});

test('a hint is opened once', () => {
  const store = open(newFile());
  const { sessionId } = addSession(store);
  expect(store.hints.open(sessionId, { hint: 'one', cost: 5, at: 1 })).toBe(true);
  expect(store.hints.open(sessionId, { hint: 'one', cost: 5, at: 2 })).toBe(false);
  expect(store.hints.ofSession(sessionId)).toEqual([{ hint: 'one', cost: 5, at: 1 }]);
});

test('a command is found by any part of any of its words, newest first, by its learner only', () => {
  const store = open(newFile());
  const { learnerId, sessionId } = addSession(store);
  const other = addSession(store);
  addCommand(store, sessionId, 'curl -s http://localhost:8080/health');
  addCommand(store, sessionId, 'tail -f /lab/log/app.log');
  addCommand(store, sessionId, `awk '{ print $1 }' "/lab/log/app.log" | sort -n`);
  addCommand(store, other.sessionId, 'curl elsewhere');
  expect(search(store, learnerId, 'app.log')).toEqual([`awk '{ print $1 }' "/lab/log/app.log" | sort -n`, 'tail -f /lab/log/app.log']);
  expect(search(store, learnerId, 'HEALTH cu')).toEqual(['curl -s http://localhost:8080/health']);
  expect(search(store, learnerId, '-s')).toEqual(['curl -s http://localhost:8080/health']);
  expect(search(store, learnerId, 'curl elsewhere')).toEqual([]);
  expect(search(store, learnerId, '')).toHaveLength(3);
});

test.each([
  '"',
  "'",
  '*',
  '-',
  '"" OR',
  'a" OR "b',
  'NEAR(',
  'command:x',
  '^',
  '{',
  'x AND',
  '%',
  '_',
  '\\',
  '\0',
  'ä',
  '💥💥💥',
  '(((',
  ';--',
])('searching for %j is no error, and finds what contains it', (text) => {
  const store = open(newFile());
  const { learnerId, sessionId } = addSession(store);
  const command = `echo ${text} done`;
  addCommand(store, sessionId, command);
  addCommand(store, sessionId, 'true');
  expect(search(store, learnerId, text)).toContain(command);
});

test('pages follow each other without gaps or repeats', () => {
  const store = open(newFile());
  const { learnerId, sessionId } = addSession(store);
  for (let number = 0; number < 25; number++) addCommand(store, sessionId, `step ${number}`, number % 2);
  const seen: string[] = [];
  let before: number | undefined;
  for (;;) {
    const page = store.commands.search({ learnerId, text: 'step', failedOnly: true, limit: 5, before });
    seen.push(...page.commands.map((row) => row.command));
    before = page.commands.at(-1)?.id;
    if (!page.more) break;
  }
  expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => `step ${23 - 2 * index}`));
});

test('a running command is ended by its uid', () => {
  const store = open(newFile());
  const { sessionId } = addSession(store);
  const uid = newId();
  store.commands.add({
    uid,
    sessionId,
    terminal: 'shell',
    command: 'sleep 1',
    directory: '/',
    exitCode: null,
    startedAt: 1,
    durationMs: null,
  });
  expect(store.commands.end(uid, 130, 900)).toMatchObject({ command: 'sleep 1', exitCode: 130, durationMs: 900, labId: 'a-lab' });
  expect(store.commands.end(newId(), 0, 1)).toBeNull();
});

test('removing a learner takes all that was theirs along', () => {
  const store = open(newFile());
  const { learnerId, sessionId } = addSession(store);
  addCommand(store, sessionId, 'uptime');
  store.pins.add(sessionId, { id: newId(), terminalId: newId(), text: 'a line', at: 1 });
  expect(store.learners.remove(learnerId)).toBe(true);
  expect(store.sessions.get(sessionId)).toBeNull();
  expect(store.commands.ofSession(sessionId)).toEqual([]);
  expect(store.pins.ofSession(sessionId)).toEqual([]);
  expect(search(store, learnerId, 'uptime')).toEqual([]);
});
