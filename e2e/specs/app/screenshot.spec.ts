/** The picture in the README: the app as it is, taken only when asked for (UPDATE_SCREENSHOT=1). */
import { join } from 'node:path';
import { ROOT } from '../../fixtures/paths.ts';
import { test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { Workstation } from '../../pages/workstation.ts';
import { objectiveIds } from '../../support/lab-files.ts';

const LAB = 'node-event-loop-freeze';

test('the picture in the README is taken', async ({ app, runtime }) => {
  test.skip(process.env.UPDATE_SCREENSHOT !== '1' || app.host.kind !== 'web', 'only with UPDATE_SCREENSHOT=1, on the web host');
  test.setTimeout(150_000);
  const [repair = ''] = objectiveIds(LAB, 'repair');
  await app.shell.setTheme('dark');
  await new Catalog(app.page).start(LAB, runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();
  await bench.terminal.run('ps -eo pid,stat,time,args | grep "[n]ode server"');
  await bench.terminal.shows(/node server\.js\n.*# *$/);
  await bench.terminal.run('curl -s -m 5 -w " after %{time_total} s\\n" http://127.0.0.1:8080/health');
  await bench.check(repair);
  await bench.verdict(repair, 'Not yet');
  await bench.terminal.shows(/\d s$/m);
  // From its title on, below the head of the panel that stays.
  await bench.objective(repair).evaluate((row) => {
    const head = row.closest('section')?.querySelector('.phead')?.clientHeight ?? 0;
    row.scrollIntoView();
    row.closest('.pbody')?.scrollBy(0, -head);
  });
  await app.page.screenshot({ path: join(ROOT, 'docs/screenshot.png') });
});
