import { expect, type Locator, type Page } from '@playwright/test';
import { Editor } from './editor.ts';
import { Shell } from './shell.ts';
import { Terminal } from './terminal.ts';

export type Word = 'Fixed' | 'Mitigated' | 'Not yet' | 'Could not check';

/** One session: story, terminals, editor, objectives, hints. */
export class Workstation {
  readonly page: Page;
  readonly terminal: Terminal;
  readonly editor: Editor;
  private readonly shell: Shell;

  constructor(page: Page) {
    this.page = page;
    this.terminal = new Terminal(page);
    this.editor = new Editor(page);
    this.shell = new Shell(page);
  }

  get sessionId(): string {
    return /#\/workstation\/([a-z0-9]{32})/.exec(this.page.url())?.[1] ?? '';
  }

  async acknowledge(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Acknowledge page' });
    await expect(button).toBeVisible({ timeout: 90_000 });
    await button.click();
    await expect(button).toBeHidden();
  }

  /** Brings a terminal to the front of its pane. */
  async showTerminal(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).first().click();
    await expect(this.page.locator('.terminal-place:visible').first()).toBeVisible();
  }

  objective(id: string): Locator {
    return this.page.locator(`li[data-objective="${id}"]`);
  }

  async check(id: string): Promise<void> {
    await this.objective(id)
      .getByRole('button', { name: /^Check/ })
      .click();
  }

  /**
   * Waits until the objective has one of these verdicts; probes run again by themselves all the while. Long: what is judged by times
   * holds in a later round when other tests have kept the machine from it in an earlier one.
   */
  async verdict(id: string, words: Word | RegExp): Promise<void> {
    const label = typeof words === 'string' ? new RegExp(`: ${words}$`) : words;
    await expect(this.objective(id)).toHaveAttribute('aria-label', label, { timeout: 240_000 });
  }

  /** Opens the next hint that is on offer. @returns its text */
  async openHint(): Promise<string> {
    const hints = this.page.locator('section[data-region="hints"]');
    const open = await hints.locator('.hint .body').count();
    await hints
      .getByRole('button', { name: /^Show(, costs \d+)?: / })
      .first()
      .click();
    await expect(hints.locator('.hint .body')).toHaveCount(open + 1);
    return (await hints.locator('.hint .body').allTextContents()).join('\n');
  }

  /** Has the solutions shown, which marks the attempt as assisted. */
  async showSolutions(): Promise<Locator> {
    await this.page.getByRole('button', { name: /^Show (a|the) solution/ }).click();
    await this.shell.answer('Show them, mark as assisted');
    const dialog = this.page.getByRole('dialog', { name: 'Solutions' });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  async stop(): Promise<void> {
    await this.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await this.shell.answer('Stop it');
    await expect(this.page.getByText('This session has ended.')).toBeVisible({ timeout: 60_000 });
  }
}
