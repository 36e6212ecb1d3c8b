import { expect, type Locator, type Page } from '@playwright/test';
import { labTitle } from '../support/lab-files.ts';

/** The list of labs, and the chosen one beside it. */
export class Catalog {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  row(lab: string): Locator {
    return this.page
      .getByRole('grid', { name: 'Labs' })
      .getByRole('row')
      .filter({ hasText: labTitle(lab) });
  }

  detail(lab: string): Locator {
    return this.page.getByRole('region', { name: labTitle(lab) });
  }

  async choose(lab: string): Promise<void> {
    await this.row(lab).click();
    await expect(this.detail(lab)).toBeVisible();
  }

  /** Starts a lab on a runtime and waits for its workstation. Where only one runtime can be used, there is no choice. */
  async start(lab: string, runtime: 'docker' | 'shell'): Promise<void> {
    await this.choose(lab);
    const detail = this.detail(lab);
    await expect(detail.getByRole('button', { name: 'Start lab' })).toBeEnabled();
    const name = runtime === 'docker' ? /^Docker/ : /^Shell/;
    const radio = detail.getByRole('radio', { name });
    if ((await radio.count()) > 0 && !(await radio.isChecked())) await detail.locator('label').filter({ hasText: name }).click();
    await detail.getByRole('button', { name: 'Start lab' }).click();
    await expect(this.page).toHaveURL(/#\/workstation\/[a-z0-9]{32}/, { timeout: 30_000 });
  }
}
