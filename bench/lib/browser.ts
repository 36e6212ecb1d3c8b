/** Chromium, and the pages that are measured in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../../e2e/support/chromium.ts';
import { until } from '../../e2e/support/until.ts';
import type { Cleanup } from './cleanup.ts';
import type { BuiltHost } from './host.ts';
import { awaitPrompt, focusTerminal, watchPage } from './page-watch.ts';
import { ROOT } from './root.ts';

const VIEWPORT = { width: 1440, height: 900 };

export async function launchBrowser(cleanup: Cleanup): Promise<Browser> {
  const launching = chromium.launch({
    executablePath: findChromium(),
    args: CHROMIUM_FLAGS,
    // The run ends it in its own order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  cleanup.add('the browser', async () => (await launching).close());
  return launching;
}

export interface ProductPage {
  readonly page: Page;
  readonly context: BrowserContext;
}

/** A page of the built host, logged in by its cookie, with nothing loaded yet. */
export async function productPage(browser: Browser, host: BuiltHost, cookie: string, cleanup: Cleanup): Promise<ProductPage> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  cleanup.add('a browser context', () => context.close());
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Strict' }]);
  const page = await context.newPage();
  await watchPage(page);
  await page.goto(host.origin);
  return { page, context };
}

/** Opens a running session's screen and gives its shell the focus. */
export async function openWorkstation(page: Page, sessionId: string): Promise<void> {
  await page.evaluate((id) => location.assign(`#/workstation/${id}`), sessionId);
  const acknowledge = page.getByRole('button', { name: 'Acknowledge page' });
  await acknowledge.waitFor({ timeout: 60_000 });
  await acknowledge.click();
  await awaitPrompt(page);
  await focusTerminal(page);
}

/** Columns, rows and text size of the product's terminal, so that the bare page draws as much. */
export interface TerminalShape {
  readonly cols: number;
  readonly rows: number;
  readonly font: number;
}

/** A process that serves the bare page: see bare-host.ts. */
export class BareHost {
  readonly #child: ChildProcess;
  address = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(cleanup: Cleanup): Promise<BareHost> {
    const child = spawn(process.execPath, [join(ROOT, 'bench/lib/bare-host.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const host = new BareHost(child);
    cleanup.add('the bare host', () => host.stop());
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
    host.address = await until('the bare host to say where it is', () => /http:\S+/.exec(output)?.[0], 30_000, 2);
    return host;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}

/** The bare page in a context of its own, its first terminal at a prompt with the focus. */
export async function barePage(
  browser: Browser,
  host: BareHost,
  cleanup: Cleanup,
  { cols, rows, font, terminals = 1 }: TerminalShape & { terminals?: number },
): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  cleanup.add('a browser context', () => context.close());
  const page = await context.newPage();
  await watchPage(page);
  await page.goto(`${host.address}?cols=${cols}&rows=${rows}&font=${font}&terminals=${terminals}`);
  await awaitPrompt(page);
  await focusTerminal(page);
  return page;
}
