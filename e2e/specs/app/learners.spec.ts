/** A learner's work leaves as one file, and comes back from it once. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { History } from '../../pages/history.ts';
import { Learners } from '../../pages/learners.ts';
import { Workstation } from '../../pages/workstation.ts';

test('a learner is exported, removed, and imported with the history; importing again changes nothing', async ({ app, runtime }) => {
  test.setTimeout(180_000);
  const learners = new Learners(app.page);
  await app.shell.goTo('Learners');
  await learners.create('Grace');
  await learners.switchTo('Grace');
  await app.shell.goTo('Labs');
  await new Catalog(app.page).start('node-event-loop-freeze', runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();
  await bench.terminal.run('echo "taken along $((7 * 3))"');
  await bench.terminal.shows('taken along 21');
  await bench.stop();

  await app.shell.goTo('Learners');
  const file = await app.host.download(() => learners.export('Grace'));
  expect(file).toContain('taken along');
  await learners.switchTo(await learners.another());
  await learners.remove('Grace');
  expect(await learners.import(file)).toMatch(/record\w* added/);
  await learners.expectLearner('Grace');
  await expect.poll(() => learners.import(file)).toContain('Nothing was changed');
  await learners.switchTo('Grace');

  await app.shell.goTo('History');
  const history = new History(app.page);
  await history.search('taken along');
  await history.expectCommand('echo "taken along $((7 * 3))"', 0);
});
