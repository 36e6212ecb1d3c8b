/** Requests of one session that overtake each other. */
import { describe, expect, it } from 'vitest';
import { startModelEngine } from '../../../test-support/model-engine.ts';
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
