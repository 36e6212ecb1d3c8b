import { expect, type Locator, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class Learners {
  readonly page: Page;
  private readonly shell: Shell;

  constructor(page: Page) {
    this.page = page;
    this.shell = new Shell(page);
  }

  row(name: string): Locator {
    return this.page.getByRole('main').getByRole('listitem').filter({ hasText: name });
  }

  async create(name: string): Promise<void> {
    await this.page.getByRole('main').getByRole('textbox', { name: /name/i }).first().fill(name);
    await this.page
      .getByRole('main')
      .getByRole('button', { name: /^(Add|Create)/ })
      .click();
    await this.expectLearner(name);
  }

  async expectLearner(name: string): Promise<void> {
    await expect(this.row(name)).toHaveCount(1);
  }

  async switchTo(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: /^Switch/ })
      .click();
    await expect(this.row(name).getByRole('button', { name: /^Switch/ })).toHaveCount(0);
  }

  /** The name of a learner who is not `name`. */
  async anyOther(name: string): Promise<string> {
    const rows = this.page.getByRole('main').getByRole('listitem').filter({ hasNotText: name });
    return (await rows.first().getByRole('heading').textContent()) ?? '';
  }

  async export(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: /^Export/ })
      .click();
  }

  async import(text: string): Promise<void> {
    await this.page
      .locator('input[type="file"]')
      .setInputFiles({ name: 'learner.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  }

  async remove(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: /^(Delete|Remove)/ })
      .click();
    const question = this.page.getByRole('alertdialog');
    await question.getByRole('textbox').fill(name);
    await this.shell.answer(/^(Delete|Remove)/);
    await expect(this.row(name)).toHaveCount(0);
  }
}
