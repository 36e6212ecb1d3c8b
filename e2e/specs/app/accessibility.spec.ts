/** Every screen, in both themes: nothing serious for axe, and nothing that needs a mouse. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import type { Screen } from '../../pages/shell.ts';
import { Workstation } from '../../pages/workstation.ts';
import { labTitle } from '../../support/lab-files.ts';

const LAB = 'node-event-loop-freeze';
const SCREENS: Screen[] = ['Labs', 'Workstation', 'History', 'Progress', 'Engine', 'Settings', 'Learners'];

async function serious(page: Page): Promise<string[]> {
  // A page that is attached from outside cannot open the second page that axe's own isolation asks for.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

test('no screen has a serious fault, empty or with a session, in either theme', async ({ app, runtime }) => {
  test.setTimeout(180_000);
  const faults: Record<string, string[]> = {};
  const look = async (state: string) => {
    for (const theme of ['dark', 'light'] as const) {
      await app.shell.setTheme(theme);
      for (const screen of SCREENS) {
        await app.shell.goTo(screen);
        const found = await serious(app.page);
        if (found.length > 0) faults[`${screen}, ${state}, ${theme}`] = found;
      }
    }
  };
  await look('empty');
  await app.shell.goTo('Labs');
  await new Catalog(app.page).start(LAB, runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();
  await bench.openHint();
  await look('with a session');
  await app.shell.goTo('Workstation');
  await app.page
    .getByRole('button', { name: /^Name the cause: / })
    .first()
    .click();
  await expect(app.page.getByRole('dialog', { name: 'Name the cause' })).toBeVisible();
  const inDialog = await serious(app.page);
  if (inDialog.length > 0) faults['diagnosis, light'] = inDialog;
  expect(faults).toEqual({});
});

test('a lab is found, started, worked in and checked with the keyboard alone', async ({ app }) => {
  test.setTimeout(150_000);
  const { page } = app;
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type(labTitle(LAB));
  await expect(page.getByRole('option', { name: labTitle(LAB) })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const start = page.getByRole('button', { name: /^Start/ }).first();
  await expect(start).toBeVisible();
  for (let presses = 0; presses < 60 && !/^Start/.test(await focused()); presses++) await page.keyboard.press('Tab');
  expect(await focused()).toMatch(/^Start/);
  await page.keyboard.press('Enter');
  const bench = new Workstation(page);
  await expect(page.getByRole('button', { name: 'Acknowledge page' })).toBeVisible({ timeout: 90_000 });
  await page.keyboard.press('Control+Enter');
  await bench.terminal.ready();
  await page.keyboard.press('Alt+2');
  await page.keyboard.type('echo "by keys $((1 + 1))"');
  await page.keyboard.press('Enter');
  await bench.terminal.shows('by keys 2');
  // What a shell needs must reach it.
  await page.keyboard.type('word');
  await page.keyboard.press('Control+W');
  await page.keyboard.type('echo kept $((2 + 3))');
  await page.keyboard.press('Enter');
  await bench.terminal.shows('kept 5');
  await page.keyboard.press('F6');
  expect(await page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region'))).not.toBe('terminal');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('li[data-objective] .cap', { hasText: 'Measured at' }).first()).toBeVisible({ timeout: 90_000 });
  // What was opened takes the focus from the button that has gone.
  await page
    .getByRole('button', { name: /^Show: / })
    .first()
    .press('Enter');
  await expect(page.locator('.hint:focus .body')).toBeVisible();
  await page.getByRole('button', { name: /^Reveal next: Root cause/ }).press('Enter');
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Open it/ })
    .press('Enter');
  await expect(page.locator('[data-part="root-cause"] button')).toBeFocused();
  await expect(page.locator('[data-part="root-cause"] button')).toBeInViewport();
});
