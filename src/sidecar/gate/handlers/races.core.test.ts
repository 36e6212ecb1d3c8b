/** Requests of one session that overtake each other. */
import { describe, expect, it } from 'vitest';
import { startModelEngine } from '../../../test-support/model-engine.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { build } from './build.ts';
import { restartContainer, startContainer, updateContainer } from './containers.ts';
import { createContainer } from './create-container.ts';
import { createVolume, pruneVolumes, removeVolume } from './volumes.ts';

const create = (...binds: string[]) => ({ query: { name: 'c' }, json: { Image: 'lab', HostConfig: { Binds: binds } } });

describe('a volume', () => {
  it.each([
    ['is removed', removeVolume, { subject: 'data' }],
    ['is pruned', pruneVolumes, {}],
  ])('that %s while a container with it is made is not made anew behind the ledger', async (_how, handler, given) => {
    for (let wait = 0; wait < 12; wait += 1) {
      const model = await startModelEngine();
      await model.run(createVolume, { json: { Name: 'data' } });
      const made = model.run(createContainer, create('data:/data', 'n1:/n1', 'n2:/n2'));
      await new Promise((resolve) => setTimeout(resolve, wait * 4));
      await model.run(handler, given);
      expect((await made).status).toBe(201);
      const known = model.session.ledger.own('volume').map(({ id }) => id);
      expect([...model.volumes].map(([name, labels]) => [name, labels === null])).toEqual(known.map((name) => [name, false]));
    }
  });

  it('that is removed twice, with a new one of its name in between, is still known', async () => {
    const model = await startModelEngine();
    await model.run(createVolume, { json: { Name: 'data' } });
    const removed = [model.run(removeVolume, { subject: 'data' }), model.run(removeVolume, { subject: 'data' })];
    const made = model.run(createContainer, create('data:/data'));
    expect((await Promise.all(removed)).map(({ status }) => status)).toEqual([204, 404]);
    expect((await made).status).toBe(201);
    expect([...model.volumes.keys()]).toEqual(model.session.ledger.own('volume').map(({ id }) => id));
  });

  it('stays while nobody knows whether a container with it was made', async () => {
    const model = await startModelEngine();
    await model.run(createVolume, { json: { Name: 'data' } });
    model.before = async ({ path }) => {
      if (path === '/containers/create') throw new Error('the engine did not answer in time');
    };
    expect((await model.run(createContainer, create('data:/data'))).status).toBe(502);
    expect(await model.run(removeVolume, { subject: 'data' })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('volume is in use') },
    });
  });
});

describe('memory and processes of all that runs', () => {
  const MB = 1024 ** 2;
  const small = (name: string) => ({ query: { name }, json: { Image: 'lab', HostConfig: { Memory: 6 * MB, PidsLimit: 1 } } });
  const names = Array.from({ length: 12 }, (_, number) => `c${number}`);
  const large = { json: { Memory: 512 * MB, PidsLimit: 128 } };

  it('are one sum, whatever updates and starts overtake each other', async () => {
    for (const order of ['updates first', 'starts first', 'starts under way'] as const) {
      const model = await startModelEngine();
      for (const name of names) expect((await model.run(createContainer, small(name))).status).toBe(201);
      const update = () => names.map((subject) => model.run(updateContainer, { subject, ...large }));
      const start = () => names.map((subject) => model.run(startContainer, { subject }));
      const all = order === 'updates first' ? [...update(), ...start()] : start();
      if (order === 'starts under way') await expect.poll(() => model.session.starting.ids(), { interval: 1 }).not.toEqual([]);
      if (order !== 'updates first') all.push(...update());
      await Promise.all(all);
      const running = [...model.containers.values()].filter((container) => container.running);
      expect(running.length).toBeGreaterThan(1);
      expect(running.reduce((sum, { memory }) => sum + memory, 0)).toBeLessThanOrEqual(DEFAULT_LIMITS.memory);
      expect(running.reduce((sum, { pids }) => sum + pids, 0)).toBeLessThanOrEqual(DEFAULT_LIMITS.pids);
    }
  });

  it('count a container that restarts until the last who starts it has an answer', async () => {
    const model = await startModelEngine({ limits: { memory: 600 * MB } });
    for (const name of ['a', 'b']) await model.run(createContainer, { query: { name }, json: { Image: 'lab' } });
    let end = (): void => {};
    const restarted = new Promise<void>((resolve) => {
      end = resolve;
    });
    // A container that stops for its restart does not run for that time; the other start of it has its answer at once.
    model.before = async ({ path }) => {
      if (path.endsWith('/restart')) await restarted;
      if (path.endsWith('/start')) throw new Error('cut off');
    };
    const long = model.run(restartContainer, { subject: 'a' });
    expect((await model.run(startContainer, { subject: 'a' })).status).toBe(502);
    expect((await model.run(startContainer, { subject: 'b' })).status).toBe(403);
    end();
    expect((await long).status).toBe(204);
  });

  it('count a build that runs, and a build needs its room, too', async () => {
    const model = await startModelEngine({ limits: { memory: 800 * MB } });
    await model.run(createContainer, { query: { name: 'a' }, json: { Image: 'lab' } });
    const release = model.session.builds.take();
    expect(await model.run(startContainer, { subject: 'a' })).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('800 MB of memory') },
    });
    release?.();
    expect((await model.run(startContainer, { subject: 'a' })).status).toBe(204);
    expect(await model.run(build)).toMatchObject({ status: 403, body: { message: expect.stringContaining('800 MB of memory') } });
    expect(model.session.builds.used).toBe(0);
  });
});

it('containers at once are no more than the lab gives, also when its own services are gone', async () => {
  const services = ['1', '2', '3', '4'].map((digit) => ({ name: `s${digit}`, id: digit.repeat(64) }));
  for (const removed of [true, false]) {
    const model = await startModelEngine({ services });
    const { ledger } = model.session;
    if (removed) for (const row of ledger.own('container')) ledger.remove(row);
    const many = Array.from({ length: 20 }, (_, number) =>
      model.run(createContainer, { query: { name: `k${number}` }, json: { Image: 'lab' } }),
    );
    const made = (await Promise.all(many)).filter(({ status }) => status === 201);
    expect(made).toHaveLength(DEFAULT_LIMITS.containers);
    expect(model.containers.size).toBe(DEFAULT_LIMITS.containers);
  }
});
