import { expect, type Locator, type Page } from '@playwright/test';

export class History {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('main').getByRole('row');
  }

  async search(text: string): Promise<void> {
    await this.page.getByRole('main').getByRole('searchbox').fill(text);
  }

  async expectCommand(command: string, exitCode: number): Promise<void> {
    const row = this.rows.filter({ hasText: command }).first();
    await expect(row).toBeVisible();
    await expect(row).toContainText(new RegExp(`\\b${exitCode}\\b`));
  }
}
