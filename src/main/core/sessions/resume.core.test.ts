/** What a start of the host does with the sessions that an earlier one left running, on a runtime that fails. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { Slots } from '../checks/slots.ts';
import { EventHub } from '../events/event-hub.ts';
import type { LabCatalog } from '../labs/lab-catalog.ts';
import type { Keep, Runtime } from '../runtime/runtime.ts';
import { makeTestLab } from '../runtime/shell/test-lab.ts';
import { newId, openStore } from '../store/store.ts';
import { Sessions } from './session-service.ts';

/** @param adopt what the runtime answers for a session that is found in the store */
function host(adopt: Runtime['adopt']) {
  const dataDirectory = temporaryDirectory();
  const store = openStore(join(dataDirectory, 'ops-lab.sqlite'));
  const lab = makeTestLab(join(dataDirectory, 'lab'));
  const swept: Keep[] = [];
  const runtime = (kind: Runtime['kind']): Runtime => ({
    kind,
    availability: async () => ({ available: true, reason: '' }),
    start: async ({ signal }) => {
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      throw signal.reason;
    },
    adopt,
    sweep: async (keep) => {
      if (kind === 'docker') swept.push(keep);
      return [];
    },
  });
  const [learnerId, id] = [newId(), newId()];
  store.learners.add({ id: learnerId, name: 'Ada', createdAt: 1 });
  const folder = join(dataDirectory, 'sessions', id);
  store.sessions.add({ id, learnerId, labId: lab.id, labTitle: 'A lab', runtime: 'docker', startedAt: 1, folder, points: 100 });
  store.sessions.update(id, { state: 'running' });
  const sessions = new Sessions({
    store,
    catalog: { reload: async () => {}, find: () => lab, require: async () => lab } as unknown as LabCatalog,
    runtimes: { docker: runtime('docker'), shell: runtime('shell') },
    hub: new EventHub(),
    dataDirectory,
    slots: new Slots(1),
    scrollback: () => 100,
    preferredRuntime: () => 'docker',
  });
  onTestFinished(async () => {
    await sessions.close('keep');
    store.close();
  });
  return { sessions, store, swept, id, record: () => store.sessions.get(id), me: { learnerId, role: 'local', loopback: true } as const };
}

test('a session that cannot be taken over is told as lost and kept by the sweep, also when the host closes again', async () => {
  const { sessions, swept, id, record } = host(() => Promise.reject(new Error('the engine is slow.')));
  await sessions.sweep(await sessions.resume());
  expect(record()).toMatchObject({ state: 'lost', message: expect.stringContaining('the engine is slow.') });
  expect(swept.map((keep) => keep.has(id))).toEqual([true]);
  await sessions.close('keep');
  expect(record()?.state).toBe('lost');
  expect(swept).toHaveLength(1);
});

test('stopping such a session removes what there is of it and nothing else', async () => {
  const { sessions, swept, id, record, me } = host(() => Promise.reject(new Error('the engine is slow.')));
  await sessions.resume();
  await sessions.stop(me, id);
  expect(record()).toMatchObject({ state: 'stopped', message: '' });
  expect(swept.map((keep) => [keep.has(id), keep.has(newId())])).toEqual([[false, true]]);
});

test('what is left of a session that is gone may go', async () => {
  const { sessions, swept, id, record } = host(async () => null);
  await sessions.sweep(await sessions.resume());
  expect(record()?.state).toBe('lost');
  expect(swept.map((keep) => keep.has(id))).toEqual([false]);
});

test('a session that begins while a sweep goes on is kept, and all that is left running when the host closes', async () => {
  const { sessions, store, swept, me } = host(async () => null);
  const another = newId();
  store.learners.add({ id: another, name: 'Grace', createdAt: 1 });
  await sessions.sweep(await sessions.resume());
  const keep = swept[0] ?? expect.fail('there was a sweep');
  const { id } = await sessions.start({ ...me, learnerId: another }, 'lab', 'shell');
  expect([keep.has(id), keep.has(newId())]).toEqual([true, false]);
  const closed = sessions.close('keep');
  expect(keep.has(newId())).toBe(true);
  await closed;
});
