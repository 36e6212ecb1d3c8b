import { expect, type Locator, type Page } from '@playwright/test';
import { labTitle } from '../support/lab-files.ts';

/** The list of labs. */
export class Catalog {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  card(lab: string): Locator {
    return this.page.locator(`[data-lab="${lab}"]`);
  }

  /** Starts a lab on a runtime and waits for its workstation. */
  async start(lab: string, runtime: 'docker' | 'shell'): Promise<void> {
    await expect(this.card(lab)).toContainText(labTitle(lab));
    await this.card(lab).click();
    const detail = this.page.getByRole('region', { name: labTitle(lab) });
    await detail.getByRole('radio', { name: runtime === 'docker' ? /container/i : /shell/i }).check();
    await detail.getByRole('button', { name: /^Start/ }).click();
    await expect(this.page).toHaveURL(/#\/workstation\/[a-z0-9]{32}/, { timeout: 30_000 });
  }
}
