/** A browser gives up the requests that are under way when the network of its machine changes, as it does when containers start. */
import type { Page } from '@playwright/test';
import { expect, test } from '../../fixtures/test.ts';

/** Lets the next `times` requests for what matches fail as they do then. @returns how many have failed so far */
async function fail(page: Page, files: RegExp, times: number): Promise<() => number> {
  let failed = 0;
  await page.route(files, async (route) => {
    if (failed >= times) return route.continue();
    failed += 1;
    return route.abort('internetdisconnected');
  });
  return () => failed;
}

test.beforeEach(({ app }) => {
  test.skip(app.host.kind !== 'web', 'the desktop app asks no network for its page');
});

test('a page whose files do not arrive is loaded again, and is told about when they never do', async ({ app }) => {
  const script = /\/assets\/index-[\w-]+\.js/;
  const scripts = await fail(app.page, script, 2);
  await app.page.reload();
  await app.shell.ready();
  expect(scripts()).toBe(2);

  const sheets = await fail(app.page, /\.css$/, 1);
  await app.page.reload();
  await expect.poll(sheets).toBe(1);
  await expect(app.page.locator('html')).toHaveCSS('--font-ui', /./);

  await fail(app.page, script, Number.POSITIVE_INFINITY);
  await app.page.reload();
  await expect(app.page.getByRole('alert')).toContainText('The page did not arrive', { timeout: 30_000 });
  await app.page.unroute(script);
  await app.page.reload();
  await app.shell.ready();
});

test('a screen whose code does not arrive is fetched again, and can be shown later', async ({ app }) => {
  const { page } = app;
  const failed = await fail(page, /\/assets\/history-screen-[\w-]+\.js/, 2);
  await app.shell.goTo('History');
  expect(failed()).toBe(2);

  const progress = /\/assets\/progress-screen-[\w-]+\.js/;
  await fail(page, progress, Number.POSITIVE_INFINITY);
  await page.getByRole('link', { name: 'Progress' }).click();
  await expect(page.getByRole('alert')).toContainText('This screen broke');
  await page.unroute(progress);
  await page.getByRole('button', { name: 'Show it again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Progress');
});

test('a login whose answer is lost is asked for again', async ({ app }) => {
  const { page } = app;
  const link = (await app.host.newLink()) ?? '';
  await page.context().clearCookies();
  let lost = 0;
  await page.route('**/api/login', async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    // The host answers, and the browser never learns of it.
    await route.fetch();
    await page.context().clearCookies();
    return route.abort('internetdisconnected');
  });
  await page.goto('about:blank');
  await page.goto(link);
  await expect.poll(() => lost).toBe(1);
  // What it shows comes from the host.
  await app.shell.goTo('History');
});
