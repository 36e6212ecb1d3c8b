/** Images of a session and their names, before a model of an engine. */
import { expect, it } from 'vitest';
import { BASE_IMAGE, type ModelEngine, startModelEngine } from '../../../test-support/model-engine.ts';
import { CODE_LABEL } from '../names.ts';
import { build } from './build.ts';
import { createContainer } from './create-container.ts';
import { pruneImages, removeImage, tagImage } from './images.ts';

const BUILT = `sha256:${'d'.repeat(64)}`;

/** A session that has built an image with these tags. */
async function built(...tags: string[]): Promise<ModelEngine> {
  const model = await startModelEngine();
  const { ledger, names } = model.session;
  model.images.set(BUILT, { tags: new Set(tags.map((tag) => names.mangleImage(tag))) });
  ledger.complete(ledger.intend('image', '', { tags }), BUILT);
  return model;
}

it('the names of one image, of all images and of a build have a bound, also when they are given at once', async () => {
  const model = await built('own:latest');
  const tag = (subject: string, name: string) => model.run(tagImage, { subject, query: { repo: name } });
  const many = (subject: string, name: string) => Promise.all(Array.from({ length: 50 }, (_, number) => tag(subject, `${name}${number}`)));
  const count = (answers: { status: number }[]): number => answers.filter(({ status }) => status === 201).length;
  const ofOne = await many(BUILT, 'a');
  expect(count(ofOne)).toBe(31);
  expect(ofOne.at(-1)).toMatchObject({ status: 403, body: { message: "The lab's limit: 32 tags for one image." } });
  expect(count(await many('lab', 'b'))).toBe(32);
  expect(await model.run(build, { query: { t: ['c'] as never } })).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('64 tags for all images') },
  });
  // A name that only moves is no new one.
  expect((await tag(BASE_IMAGE, 'b0')).status).toBe(201);
  expect(model.images.get(BUILT)?.tags.size).toBe(32);
});

const ALL = { query: { filters: { dangling: ['false'] } } };

it('an image that a container holds stays, and stays known, whatever its names mean by now', async () => {
  const model = await built('t1:latest', 't2:latest', 't3:latest');
  const isKnown = (): boolean => model.session.ledger.byId('image', BUILT) !== undefined;
  expect((await model.run(createContainer, { query: { name: 'holder' }, json: { Image: 't1' } })).status).toBe(201);
  expect((await model.run(tagImage, { subject: 'lab', query: { repo: 't1' } })).status).toBe(201);
  expect((await model.run(pruneImages, ALL)).body).toMatchObject({ ImagesDeleted: [] });
  const forced = await model.run(removeImage, { subject: BUILT, query: { force: true as never } });
  expect(forced).toMatchObject({ status: 409, body: { message: expect.stringContaining('container holder is using it') } });
  expect(model.images.get(BUILT)?.tags.size).toBe(2);
  expect(isKnown()).toBe(true);
  model.containers.clear();
  expect((await model.run(pruneImages, ALL)).body).toMatchObject({ ImagesDeleted: expect.arrayContaining([{ Deleted: BUILT }]) });
  expect([model.images.has(BUILT), isKnown()]).toEqual([false, false]);
});

it('a container that is made while its image is removed by force keeps it', async () => {
  const model = await built('t1:latest', 't2:latest');
  // After the gate has looked, and before the engine removes it.
  model.before = async ({ method, path }) => {
    if (method !== 'DELETE' || model.containers.size > 0) return;
    model.before = async () => {};
    expect([path, (await model.run(createContainer, { query: { name: 'late' }, json: { Image: BUILT } })).status]).toEqual([path, 201]);
  };
  expect((await model.run(removeImage, { subject: BUILT, query: { force: true as never } })).status).toBe(409);
  expect([model.images.has(BUILT), model.session.ledger.byId('image', BUILT) !== undefined]).toEqual([true, true]);
});

it('an image that others are made from is known until the engine lets it go, with the last of them', async () => {
  const model = await built('parent:latest');
  const { ledger, names, config } = model.session;
  const child = `sha256:${'e'.repeat(64)}`;
  const labels = { ...config.labels, [CODE_LABEL]: names.code('build', '') };
  model.images.set(BUILT, { tags: new Set([names.mangleImage('parent:latest')]), labels });
  model.images.set(child, { tags: new Set([names.mangleImage('child:latest')]), labels, parent: BUILT });
  ledger.complete(ledger.intend('image', '', { tags: ['child:latest'] }), child);
  expect(await model.run(removeImage, { subject: 'parent' })).toMatchObject({ status: 200, body: [{ Untagged: 'parent:latest' }] });
  expect([model.images.has(BUILT), ledger.byId('image', BUILT)?.notes.tags]).toEqual([true, []]);
  expect((await model.run(removeImage, { subject: 'child' })).body).toContainEqual({ Deleted: child });
  expect([...model.images.keys()]).toEqual([BASE_IMAGE]);
  expect(ledger.own('image')).toEqual([]);
});
