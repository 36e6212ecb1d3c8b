import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../../test-support/temporary-directory.ts';
import { LABEL } from '../../engine/labels.ts';
import { makeTestLab } from '../shell/test-lab.ts';
import { createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.ts';

it('takes a session over without asking for an image: what it is made of stands at its containers', async () => {
  const asked: unknown[][] = [];
  const list = ['host', 'api', 'upstream', '~observer'].map((name) => ({
    Id: name,
    ImageID: 'sha256:old',
    Labels: { [LABEL.service]: name },
  }));
  const dial = ({ path }: { path: string }, done: (error: unknown, answer: unknown) => void) => {
    if (path.startsWith('/events')) return;
    if (path.includes('/exec')) done(new Error('nothing runs here'), null);
    else if (path === '/containers/json?') done(null, list);
    else if (path.startsWith('/containers/')) done(null, { State: { Running: true, Status: 'running' } });
    else done(null, path === '/volumes?' ? {} : []);
  };
  const runtime = createDockerRuntime({
    engine: {
      docker: async () => ({ modem: { dial } }),
      details: async () => ({ limits: { memory: true, pids: true, cpu: true } }),
    },
    images: {
      imageId: (...asking: unknown[]) => {
        asked.push(asking);
        return Promise.reject(new Error('it would be built'));
      },
    },
    home: 'h',
  } as unknown as DockerRuntimeOptions);
  const { signal } = new AbortController();
  const lab = makeTestLab(temporaryDirectory());
  const session = await runtime.adopt({ sessionId: 's', learnerId: 'l', lab, folder: temporaryDirectory(), signal });
  await session?.ready;
  await session?.release();
  expect(session?.kind).toBe('docker');
  expect(asked).toEqual([]);
});
