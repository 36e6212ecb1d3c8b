/** The page's process crashes in mid-session. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { Workstation } from '../../pages/workstation.ts';

test('a page that crashes is there again, with the session, its screen and what went on meanwhile', async ({ app, host, runtime }) => {
  test.skip(host === 'electron', 'Playwright cannot use a page again that has crashed');
  test.setTimeout(150_000);
  await new Catalog(app.page).start('node-event-loop-freeze', runtime);
  let bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();
  await bench.terminal.run('echo "before $((6 * 7))"; sleep 1; echo "meanwhile $((6 * 8))"');
  await bench.terminal.shows('before 42');
  const { sessionId } = bench;
  await app.crashPage();
  await app.shell.goTo('Workstation');
  bench = new Workstation(app.page);
  expect(bench.sessionId).toBe(sessionId);
  await bench.terminal.shows('before 42');
  await bench.terminal.shows('meanwhile 48');
  await bench.terminal.ready();
  await bench.terminal.run('echo "after $((6 * 9))"');
  await bench.terminal.shows('after 54');
});
