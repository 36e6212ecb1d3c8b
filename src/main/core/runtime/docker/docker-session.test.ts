import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../../test-support/temporary-directory.ts';
import { DockerSession, type SessionParts } from './docker-session.ts';

it('removes the session also when its gate could not be ended, and says so', async () => {
  const removed: string[] = [];
  const answers: Record<string, unknown> = { '/networks?': [], '/volumes?': {}, '/images/json?': [] };
  const dial = ({ method, path }: { method: string; path: string }, done: (error: unknown, answer: unknown) => void) => {
    if (path.startsWith('/events')) return;
    if (method === 'DELETE') removed.push(path);
    if (path === '/containers/json?') done(null, removed.length === 0 ? [{ Id: 'c1' }] : []);
    else done(null, answers[path] ?? {});
  };
  const session = new DockerSession({
    engine: { docker: async () => ({ modem: { dial } }) },
    around: {
      identity: { sessionId: 's' },
      lab: { compose: { services: {} } },
      details: { limits: { memory: true, pids: true, cpu: true } },
    },
    containers: new Map(),
    networks: new Map(),
    terminal: 'host',
    image: 'i',
    folder: temporaryDirectory(),
    ready: Promise.resolve(),
    ending: new AbortController(),
    gate: { end: () => Promise.reject(new Error('the gate is stuck')) },
  } as unknown as SessionParts);
  expect(await session.stop()).toEqual(['the gate is stuck']);
  expect(removed).toEqual(['/containers/c1?']);
});
