/** Images of a session and their names, before a model of an engine. */
import { expect, it } from 'vitest';
import { BASE_IMAGE, type ModelEngine, startModelEngine } from '../../../test-support/model-engine.ts';
import { build } from './build.ts';
import { tagImage } from './images.ts';

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
