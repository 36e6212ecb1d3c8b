/** A machine without a container engine. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { Workstation } from '../../pages/workstation.ts';
import { labTitle } from '../../support/lab-files.ts';

test.use({ environment: { OPS_LAB_ENGINE: 'none' } });

for (const lab of ['node-event-loop-freeze', 'too-many-open-files']) {
  test(`${lab} runs in the shell runtime, and the catalog says what is missing`, async ({ app }) => {
    test.setTimeout(150_000);
    const catalog = new Catalog(app.page);
    await expect(catalog.card(lab)).toContainText(labTitle(lab));
    await catalog.start(lab, 'shell');
    const bench = new Workstation(app.page);
    await bench.acknowledge();
    await bench.terminal.ready();
    await bench.terminal.run('echo "here $((6 * 7))"');
    await bench.terminal.shows('here 42');
  });
}

test('the engine page says what is missing, what it affects and how to get it', async ({ app }) => {
  await expect(app.page.getByText('No engine, the shell runtime is used')).toBeVisible();
  await app.shell.goTo('Engine');
  const main = app.page.getByRole('main');
  await expect(main).toContainText(/engine/i);
  await expect(main.getByText(/Failed/i).first()).toBeVisible();
  await expect(main.locator('code').first()).toBeVisible();
});
