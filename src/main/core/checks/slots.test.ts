import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

const endless = new AbortController().signal;

/** A piece of work that ends when it is told to. */
function job() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end: () => end() };
}

it('lets so many in at a time, in their order, also after one that failed', async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const jobs = [job(), job(), job(), job()];
  const all = jobs.map(({ work }, number) =>
    slots.use(async () => {
      begun.push(number);
      await work();
      if (number === 0) throw new Error('no luck');
      return number;
    }, endless),
  );
  const failed = expect(all[0]).rejects.toThrow('no luck');
  await expect.poll(() => begun).toEqual([0, 1]);
  jobs[0]?.end();
  await failed;
  expect(begun).toEqual([0, 1, 2]);
  for (const { end } of jobs) end();
  expect(await Promise.all(all.slice(1))).toEqual([1, 2, 3]);
});

it('forgets who gives up waiting, and keeps their place free for the next', async () => {
  const slots = new Slots(1);
  const first = job();
  const running = slots.use(first.work, endless);
  const impatient = new AbortController();
  const given = slots.use(async () => 'never', impatient.signal);
  const last = slots.use(async () => 'last', endless);
  impatient.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  first.end();
  await running;
  expect(await last).toBe('last');
  await expect(slots.use(async () => 'never', impatient.signal)).rejects.toThrow('gone');
  expect(await slots.use(async () => 'free', endless)).toBe('free');
});
