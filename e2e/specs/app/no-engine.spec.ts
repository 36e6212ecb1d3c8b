/** A machine without a container engine. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { Workstation } from '../../pages/workstation.ts';

test.use({ environment: { OPS_LAB_ENGINE: 'none' } });

const LABS = [
  'node-event-loop-freeze',
  'too-many-open-files',
  'container-oomkilled',
  'address-already-in-use',
  'container-dns',
  'io-saturation',
];

for (const lab of LABS) {
  test(`${lab} runs in the shell runtime, and the catalog says what is missing`, async ({ app }) => {
    test.setTimeout(150_000);
    const catalog = new Catalog(app.page);
    await expect(app.page.getByText('No container engine can be used.')).toBeVisible();
    await catalog.choose(lab);
    await expect(catalog.detail(lab)).toContainText('Docker is not available here.');
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
  const { page } = app;
  await expect(page.getByRole('heading', { name: 'No container engine was found' })).toBeVisible();
  const checks = page.getByRole('grid', { name: 'Checks of this machine' });
  await checks
    .getByRole('row')
    .filter({ hasText: /engine/i })
    .filter({ hasText: 'Failed' })
    .first()
    .click();
  await expect(page.getByText('What mends it')).toBeVisible();
  await expect(page.getByText('Affects', { exact: true })).toBeVisible();
});
