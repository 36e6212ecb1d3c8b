import { expect, type Page } from '@playwright/test';

/** Files in the workstation's editor. */
export class Editor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  private body(path: string) {
    return this.page.locator('.editor-body').filter({ has: this.page.locator('.editor-bar').getByText(path, { exact: true }) });
  }

  /** Opens a file of the workspace through the plus menu; makes it when it is not there. */
  async open(path: string): Promise<void> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const tab = this.page.getByRole('tab', { name });
    if ((await tab.count()) > 0) {
      await tab.first().click();
    } else {
      await this.page.getByRole('button', { name: 'New terminal or file' }).first().click();
      await this.page.getByRole('menuitem', { name: 'Open a file' }).click();
      const dialog = this.page.getByRole('dialog', { name: 'Open a file' });
      await expect(dialog.getByRole('listbox', { name: 'Files' })).toBeVisible();
      // Its name is followed by its size.
      const option = dialog.getByRole('option', { name: new RegExp(`^${name.replaceAll('.', '\\.')}(?: |$)`) });
      if ((await option.count()) > 0) {
        await option.click();
      } else {
        await dialog.getByRole('textbox', { name: 'Name of a new file' }).fill(path);
        await dialog.getByRole('button', { name: 'Create it' }).click();
      }
      await expect(dialog).toBeHidden();
    }
    await expect(this.body(path).locator('.cm-content')).toBeVisible();
  }

  /** Replaces all of an open file's text, by keyboard as a person would paste it. */
  async replace(path: string, text: string): Promise<void> {
    await this.body(path).locator('.cm-content').focus();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
    await expect(this.body(path).getByText('Not saved')).toBeVisible();
  }

  /** Waits until the editor says this of the file. */
  async says(path: string, words: string): Promise<void> {
    await expect(this.body(path).getByText(words, { exact: true })).toBeVisible();
  }

  async pressSave(path: string): Promise<void> {
    await this.body(path).getByRole('button', { name: 'Save', exact: true }).click();
  }

  async save(path: string): Promise<void> {
    await this.pressSave(path);
    await this.says(path, 'Saved');
  }

  async saveAndRestart(path: string, service: string): Promise<void> {
    await this.body(path)
      .getByRole('button', { name: `Save and restart ${service}` })
      .click();
    await expect(this.body(path).getByText('Saved', { exact: true })).toBeVisible({ timeout: 60_000 });
  }
}
