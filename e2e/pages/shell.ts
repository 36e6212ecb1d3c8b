import { expect, type Page } from '@playwright/test';

export type Screen = 'Labs' | 'Workstation' | 'History' | 'Progress' | 'Engine' | 'Settings' | 'Learners';

/** What surrounds every screen. */
export class Shell {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The app is drawn, and its line to the host stands. */
  async ready(): Promise<void> {
    await expect(this.page.getByRole('navigation', { name: 'Main' })).toBeVisible({ timeout: 30_000 });
    await expect(this.page.getByText('Reconnecting.')).toHaveCount(0);
    await expect(this.page.getByRole('main')).toBeVisible();
  }

  async goTo(screen: Screen): Promise<void> {
    if (screen === 'Learners') await this.page.evaluate(() => location.assign('#/learners'));
    else await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: screen }).click();
    const title = this.page.getByRole('heading', { level: 1 });
    await (screen === 'Workstation' ? expect(title).toHaveCount(1) : expect(title).toHaveText(screen));
    await expect(this.page.getByText(/^Loading /)).toHaveCount(0);
  }

  async setTheme(theme: 'dark' | 'light'): Promise<void> {
    const root = this.page.locator('html');
    if ((await root.getAttribute('data-theme')) === theme) return;
    await this.page.getByRole('button', { name: `Use the ${theme} theme` }).click();
    await expect(root).toHaveAttribute('data-theme', theme);
  }

  /** Answers an open question by the button with this name. */
  async answer(button: string | RegExp): Promise<void> {
    const question = this.page.getByRole('alertdialog');
    await question.getByRole('button', { name: button }).click();
    await expect(question).toBeHidden();
  }
}
