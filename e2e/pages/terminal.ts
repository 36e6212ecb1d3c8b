import { expect, type Page } from '@playwright/test';

/** The page's own list of terminals, for tests: text from xterm's buffer, not from the DOM. */
interface TerminalWindow {
  __opsLabTerminals?: Map<string, { text(): string }>;
}

/** The terminal that is shown in the focused pane. */
export class Terminal {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The text of all terminals of the page, newest lines last. */
  text(): Promise<string> {
    return this.page.evaluate(() =>
      [...((window as unknown as TerminalWindow).__opsLabTerminals?.values() ?? [])].map((terminal) => terminal.text()).join('\n'),
    );
  }

  /** Waits until the terminals show `expected`. */
  async shows(expected: string | RegExp, timeout = 20_000): Promise<void> {
    const matcher = expect.poll(() => this.text(), { timeout, message: `the terminal shows ${expected}` });
    if (typeof expected === 'string') await matcher.toContain(expected);
    else await matcher.toMatch(expected);
  }

  /** A shell is there: its prompt has been drawn. */
  async ready(): Promise<void> {
    await expect(this.page.locator('.xterm-helper-textarea').first()).toBeAttached({ timeout: 60_000 });
    await this.shows(/[#$] ?\s*$/m, 60_000);
  }

  /** Types a command and runs it. */
  async run(command: string): Promise<void> {
    await this.page.locator('.terminal-place:visible .xterm-helper-textarea').first().focus();
    await this.page.keyboard.insertText(command);
    await this.page.keyboard.press('Enter');
  }
}
