import { expect, type Locator, type Page } from '@playwright/test';

export class Learners {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  row(name: string): Locator {
    return this.page
      .getByRole('list', { name: 'Learners' })
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }

  async create(name: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Name of a new learner' }).fill(name);
    await this.page.getByRole('button', { name: 'Add learner' }).click();
    await this.expectLearner(name);
  }

  async expectLearner(name: string): Promise<void> {
    await expect(this.row(name)).toHaveCount(1);
  }

  async switchTo(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Switch to ${name}` }).click();
    await expect(this.row(name)).toContainText('practising now');
  }

  /** The name of a learner who is not practising now. */
  async another(): Promise<string> {
    const button = this.page.getByRole('button', { name: /^Switch to / }).first();
    return ((await button.getAttribute('aria-label')) ?? '').slice('Switch to '.length);
  }

  async export(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Export ${name}` }).click();
  }

  /** @returns what the app says of the import */
  async import(text: string): Promise<string> {
    const file = { name: 'learner.json', mimeType: 'application/json', buffer: Buffer.from(text) };
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      this.page.getByRole('button', { name: 'Import a learner' }).click(),
    ]);
    await chooser.setFiles(file);
    await expect(this.page.getByRole('button', { name: 'Import a learner' })).toBeEnabled();
    const note = this.page.getByRole('status').filter({ hasText: 'Imported.' });
    await expect(note).toBeVisible();
    return (await note.textContent()) ?? '';
  }

  async remove(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Delete ${name}` }).click();
    const question = this.page.getByRole('alertdialog');
    await question.getByRole('textbox').fill(name);
    await question.getByRole('button', { name: 'Delete for good' }).click();
    await expect(this.row(name)).toHaveCount(0);
  }
}
