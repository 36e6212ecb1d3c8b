import { expect, type Locator, type Page } from '@playwright/test';

export class History {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('grid', { name: 'Commands' }).getByRole('row');
  }

  /** Searches by the beginnings of words. */
  async search(text: string): Promise<void> {
    await this.page.getByRole('searchbox', { name: 'Search commands' }).fill(text);
  }

  async expectCommand(command: string, exitCode: number): Promise<void> {
    const row = this.rows.filter({ hasText: command }).first();
    await expect(row).toBeVisible();
    await expect(row.getByRole('gridcell', { name: String(exitCode), exact: true })).toBeVisible();
  }
}
