/** A disk under a limit: its symptom seen as an operator sees it, and repaired by hand. */
import { expect, test } from '../../../fixtures/test.ts';
import { Catalog } from '../../../pages/catalog.ts';
import { Workstation } from '../../../pages/workstation.ts';

test('io-saturation: purchases wait behind a backup until the backup is given a rate', async ({ app, runtime }) => {
  await new Catalog(app.page).start('io-saturation', runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();

  await test.step('the disk is asked for more than it gives', async () => {
    await bench.terminal.run('until grep -q "backup complete" log/db.log; do sleep 1; done; grep -m 1 -o "backup complete" log/db.log');
    await bench.terminal.shows('backup complete', 60_000);
    await bench.terminal.run('for i in $(seq 40); do ps -C dd -o stat=,args=; sleep 0.1; done | grep -m 1 "^D"');
    await bench.terminal.shows('dd of=shop.part bs=2M', 30_000);
    await bench.check('purchases');
    await bench.verdict('purchases', 'Not yet');
  });

  await test.step('the one line is changed with an editor of the terminal', async () => {
    await bench.terminal.run(
      `sed -i 's/^pg_dump -Fc -Z0 shop | dd of=shop.part bs=2M/pg_dump -Fc -Z0 shop | pv -q -L 400k | dd of=shop.part bs=32k/' backup.sh`,
    );
    await bench.terminal.run('grep -c "pv -q -L 400k" backup.sh | sed "s/^/changed: /"');
    await bench.terminal.shows('changed: 1');
    await bench.check('purchases');
    await bench.verdict('purchases', 'Fixed');
  });

  await test.step('the reports are another matter', async () => {
    await expect(bench.objective('reports')).toContainText('Not yet');
    await bench.stop();
  });
});
