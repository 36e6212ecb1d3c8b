import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { newId, openStore } from '../store/store.ts';
import { lastSignOf } from './last-sign.ts';

test('a session that ended while nobody looked was last seen at its newest command or verdict', () => {
  const store = openStore(join(temporaryDirectory(), 'ops-lab.sqlite'));
  onTestFinished(() => store.close());
  const [learnerId, sessionId] = [newId(), newId()];
  store.learners.add({ id: learnerId, name: 'Ada', createdAt: 1 });
  store.sessions.add({ id: sessionId, learnerId, labId: 'a', labTitle: 'A', runtime: 'shell', startedAt: 100, folder: '/f', points: 100 });
  const seen = () => lastSignOf(store, store.sessions.get(sessionId) ?? expect.fail('the session is there'));
  expect(seen()).toBe(100);
  store.sessions.update(sessionId, { acknowledgedAt: 150 });
  expect(seen()).toBe(150);
  const command = {
    uid: newId(),
    sessionId,
    terminal: 'shell',
    command: 'ls',
    directory: '/lab',
    exitCode: 0,
    startedAt: 200,
    durationMs: 7,
  };
  store.commands.add(command);
  expect(seen()).toBe(207);
  store.verdicts.record(sessionId, { objective: 'o', verdict: 'not-yet', at: 300, measurements: [], reasons: [] });
  expect(seen()).toBe(300);
});
