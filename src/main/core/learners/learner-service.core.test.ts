import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AppEvent } from '../../../shared/contract/contract.ts';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import type { Caller } from '../core.ts';
import { EventHub } from '../events/event-hub.ts';
import { createHistoryService } from '../history/history-service.ts';
import { createProgressService } from '../progress/progress-service.ts';
import { createSettingsService } from '../settings/settings-service.ts';
import { newId, openStore } from '../store/store.ts';
import { createLearnerService } from './learner-service.ts';

function setUp() {
  const dataDirectory = temporaryDirectory();
  const store = openStore(join(dataDirectory, 'ops-lab.db'));
  onTestFinished(() => store.close());
  const events = new EventHub();
  const seen: AppEvent[] = [];
  const ended: string[] = [];
  let clock = 1_000_000;
  const service = createLearnerService({
    store,
    events,
    dataDirectory,
    endSessions: async (learnerId) => {
      ended.push(learnerId);
    },
    now: () => ++clock,
  });
  const caller = (): Caller => ({ learnerId: service.current().id, role: 'local', loopback: true });
  events.on(caller(), (event) => seen.push(event));
  return { dataDirectory, store, events, service, caller, seen, ended };
}

/** One finished session with a bit of everything. */
function practise({ store, service, dataDirectory }: ReturnType<typeof setUp>): { sessionId: string; terminalId: string } {
  const sessionId = newId();
  const terminalId = newId();
  const learnerId = service.current().id;
  const folder = join(dataDirectory, 'sessions', sessionId);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'one.cast'), '{"version":2}\n[0.1,"o","hello"]\n');
  const session = {
    id: sessionId,
    learnerId,
    labId: 'a-lab',
    labTitle: 'A lab',
    runtime: 'shell' as const,
    startedAt: 10,
    folder,
    points: 100,
  };
  store.sessions.add(session);
  const look = { objective: 'answers', at: 50, measurements: [], reasons: ['slow'] };
  store.verdicts.record(sessionId, { ...look, verdict: 'not-yet' });
  store.verdicts.record(sessionId, { ...look, verdict: 'fixed', at: 90, reasons: [] });
  store.hints.open(sessionId, { hint: 'h1', cost: 5, at: 40 });
  const pin = { id: newId(), terminalId, text: 'EMFILE "quoted" \'; DROP TABLE pins;--', at: 30 };
  store.pins.add(sessionId, pin);
  store.answers.put(sessionId, { objective: 'what', chosen: 'a', pins: [pin.id], feedback: 'Yes.', at: 60 });
  const command = { sessionId, terminal: 'shell', directory: '/lab', exitCode: 0, startedAt: 20, durationMs: 3 };
  store.commands.add({ ...command, uid: newId(), command: 'lsof -p 7' });
  store.commands.add({ ...command, uid: newId(), command: 'ss -tn' });
  store.recordings.add({ terminalId, sessionId, name: 'shell', file: `sessions/${sessionId}/one.cast`, startedAt: 15 });
  store.sessions.update(sessionId, { state: 'running', acknowledgedAt: 20, verdict: 'fixed', solvedMs: 70, points: 95 });
  return { sessionId, terminalId };
}

test('there is a current learner from the first start on', () => {
  const { service, caller } = setUp();
  expect(service.current()).toMatchObject({ name: 'Learner', current: true });
  expect(service.list(caller())).toHaveLength(1);
});

test('learners are created, renamed and switched, and each change is told', () => {
  const { service, caller, seen } = setUp();
  const ada = service.create(caller(), 'Ada');
  const other = service.create(caller(), 'Ada');
  expect(other.id).not.toBe(ada.id);
  expect(service.switchTo(caller(), ada.id).current).toBe(true);
  expect(service.rename(caller(), ada.id, 'Ada L').name).toBe('Ada L');
  expect(service.current().name).toBe('Ada L');
  expect(seen).toHaveLength(4);
  expect(() => service.switchTo(caller(), newId())).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test('someone who is not at this machine sees only themself', () => {
  const { service, caller } = setUp();
  const ada = service.create(caller(), 'Ada');
  expect(service.list({ learnerId: ada.id, role: 'learner', loopback: false }).map((learner) => learner.id)).toEqual([ada.id]);
});

test('removing needs the name, ends sessions, takes files along and leaves a current learner', async () => {
  const all = setUp();
  const { service, caller, dataDirectory, ended } = all;
  const { sessionId } = practise(all);
  const { id } = service.current();
  await expect(service.remove(caller(), id, 'Lerner')).rejects.toMatchObject({ code: 'conflict' });
  expect(service.current().id).toBe(id);
  await service.remove(caller(), id, 'Learner');
  expect(ended).toEqual([id]);
  expect(existsSync(join(dataDirectory, 'sessions', sessionId))).toBe(false);
  expect(service.current()).toMatchObject({ name: 'Learner', sessions: 0 });
  expect(service.current().id).not.toBe(id);
});

test('removing a learner never deletes outside the data directory', async () => {
  const all = setUp();
  const { store, service, caller } = all;
  const { sessionId } = practise(all);
  const outside = temporaryDirectory();
  store.sessions.update(sessionId, { folder: outside });
  store.recordings.add({ terminalId: newId(), sessionId, name: 'x', file: `../${outside.split('/').at(-1)}`, startedAt: 1 });
  await service.remove(caller(), service.current().id, 'Learner');
  expect(existsSync(outside)).toBe(true);
});

test('an export carries everything to another machine; importing it again changes nothing', async () => {
  const here = setUp();
  const { sessionId, terminalId } = practise(here);
  const { content, fileName } = await here.service.export(here.caller(), here.service.current().id);
  expect(fileName).toBe('ops-lab-Learner.opslab');

  const there = setUp();
  const first = await there.service.import(there.caller(), content);
  expect(first).toMatchObject({ known: 0, learner: { id: here.service.current().id, sessions: 1, commands: 2, current: false } });
  // learner, session, two verdicts, hint, answer, pin, two commands, recording
  expect(first.added).toBe(10);
  const exported = await there.service.export(there.caller(), first.learner.id);
  expect(JSON.parse(exported.content).sessions).toEqual([
    { ...JSON.parse(content).sessions[0], state: 'stopped', endedAt: JSON.parse(content).exportedAt },
  ]);
  const recording = there.store.recordings.get(terminalId);
  expect(readFileSync(join(there.dataDirectory, recording?.file ?? ''), 'utf8')).toContain('hello');
  const caller: Caller = { learnerId: first.learner.id, role: 'local', loopback: true };
  const found = createHistoryService(there.store).search(caller, { text: 'lsof', failedOnly: false, limit: 5 });
  expect(found.commands).toMatchObject([{ command: 'lsof -p 7', sessionId }]);

  expect(await there.service.import(there.caller(), content)).toMatchObject({ added: 0, known: 10 });
  expect(await here.service.import(here.caller(), content)).toMatchObject({ added: 0, known: 10 });
  expect(here.store.sessions.get(sessionId)?.state).toBe('running');
});

test('a later export of the same learner adds what is new', async () => {
  const here = setUp();
  const { sessionId } = practise(here);
  const there = setUp();
  const send = async () =>
    there.service.import(there.caller(), (await here.service.export(here.caller(), here.service.current().id)).content);
  await send();
  here.store.commands.add({
    uid: newId(),
    sessionId,
    terminal: 'shell',
    command: 'uptime',
    directory: '/',
    exitCode: 0,
    startedAt: 70,
    durationMs: 1,
  });
  here.store.sessions.update(sessionId, { state: 'stopped', endedAt: 2_000_000, points: 80 });
  expect(await send()).toMatchObject({ added: 1, known: 10 });
  expect(there.store.sessions.get(sessionId)).toMatchObject({ points: 80, endedAt: 2_000_000 });
});

test.each([
  ['no JSON', 'hello', 'the whole file'],
  ['another JSON file', '{"name":"x"}', 'format'],
  ['null', 'null', 'the whole file'],
  ['a list', '[]', 'the whole file'],
  ['a newer version', '{"format":"ops-lab-learner","version":2}', 'version'],
  ['a prototype key', '{"__proto__":{"x":1},"format":"ops-lab-learner","version":1}', 'exportedAt'],
])('%s is refused, saying where', async (_name, content, where) => {
  const { service, caller, store } = setUp();
  await expect(service.import(caller(), content)).rejects.toMatchObject({ code: 'import-invalid', details: { where } });
  expect(store.learners.list()).toHaveLength(1);
});

test('a file with one bad row imports nothing', async () => {
  const here = setUp();
  practise(here);
  const { content } = await here.service.export(here.caller(), here.service.current().id);
  const there = setUp();
  const bad = (change: (file: ReturnType<typeof JSON.parse>) => void) => {
    const file = JSON.parse(content);
    change(file);
    return there.service.import(there.caller(), JSON.stringify(file));
  };
  const refused = (where: string) => ({ code: 'import-invalid', details: { where } });
  await expect(
    bad((file) => {
      file.sessions[0].commands[1].exitCode = 'zero';
    }),
  ).rejects.toMatchObject(refused('sessions.0.commands.1.exitCode'));
  await expect(
    bad((file) => {
      file.sessions[0].recordings[0].content = 'AAAA';
    }),
  ).rejects.toMatchObject({ code: 'import-invalid' });
  expect(there.store.learners.list()).toHaveLength(1);
});

test('a session of someone else cannot be taken over by an import', async () => {
  const here = setUp();
  practise(here);
  const { content } = await here.service.export(here.caller(), here.service.current().id);
  const file = JSON.parse(content);
  file.learner.id = newId();
  await expect(here.service.import(here.caller(), JSON.stringify(file))).rejects.toMatchObject({ code: 'import-invalid' });
  expect(here.store.learners.get(file.learner.id)).toBeNull();
});

test('progress adds up sessions, hints, commands and time, for oneself only', () => {
  const all = setUp();
  const { sessionId } = practise(all);
  all.store.sessions.update(sessionId, { endedAt: 120 });
  const progress = createProgressService(all.store, () => 1000);
  expect(progress.summary(all.caller())).toEqual({
    labs: [
      { labId: 'a-lab', labTitle: 'A lab', attempts: 1, best: 'fixed', bestMs: 70, bestPoints: 95, assisted: false, hints: 1, lastAt: 10 },
    ],
    commands: 2,
    practisedMs: 100,
  });
  expect(progress.verdicts(all.caller(), sessionId).map((entry) => entry.verdict)).toEqual(['not-yet', 'fixed']);
  const other = all.service.create(all.caller(), 'Other');
  expect(() => progress.verdicts({ ...all.caller(), learnerId: other.id }, sessionId)).toThrow(
    expect.objectContaining({ code: 'not-found' }),
  );
});

test('settings have defaults, survive reopening, and ignore a kept value that no longer fits', () => {
  const { store, events, seen } = setUp();
  const settings = createSettingsService(store, events);
  expect(settings.get()).toMatchObject({ theme: 'dark', onClose: 'ask', scrollback: 5000 });
  expect(settings.set({ theme: 'light' }).theme).toBe('light');
  store.settings.set({ terminalFontSize: 'huge' });
  expect(createSettingsService(store, events).get()).toMatchObject({ theme: 'light', terminalFontSize: 14 });
  expect(seen.at(-1)).toMatchObject({ type: 'settings', settings: { theme: 'light' } });
});

test('events of one learner reach them and the person at the machine, nobody else', () => {
  const hub = new EventHub();
  const got: string[] = [];
  const listen = (name: string, caller: Caller) => hub.on(caller, () => got.push(name));
  const stop = listen('local', { learnerId: 'x', role: 'local', loopback: true });
  listen('own', { learnerId: 'a', role: 'learner', loopback: false });
  listen('other', { learnerId: 'b', role: 'learner', loopback: false });
  hub.emit({ type: 'labs' }, 'a');
  expect(got).toEqual(['local', 'own']);
  stop();
  hub.emit({ type: 'labs' });
  expect(got.slice(2)).toEqual(['own', 'other']);
});
