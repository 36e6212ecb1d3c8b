/** Starting and loading: from the program's start to a usable page, and from a page's load to its terminal's prompt. */
import type { Browser } from 'playwright-core';
import { BareHost, barePage, openWorkstation, productPage } from '../lib/browser.ts';
import { Cleanup } from '../lib/cleanup.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { BuiltHost, connect, makeDataDirectory, startSession } from '../lib/host.ts';
import { awaitPrompt } from '../lib/page-watch.ts';
import { median } from '../lib/stats.ts';
import { QUIET_LAB } from './keystroke.ts';

const SHAPE = { cols: 100, rows: 30, font: 14 };

/** @returns milliseconds from the start of the host's process to a catalog that can be used */
async function startToPage(browser: Browser, dataDirectory: string): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    cleanup.add('a browser context', () => context.close());
    const page = await context.newPage();
    const started = performance.now();
    const host = await BuiltHost.start(cleanup, {}, dataDirectory);
    await page.goto(host.link);
    // A locator would look less and less often, up to half a second apart.
    await page.waitForFunction(() => document.querySelectorAll('[role="grid"][aria-label="Labs"] [role="row"]').length > 1, undefined, {
      polling: 20,
    });
    return performance.now() - started;
  } finally {
    await cleanup.close();
  }
}

/** The same with a process that serves nothing but a terminal. */
async function startBare(browser: Browser): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const started = performance.now();
    await barePage(browser, await BareHost.start(cleanup), cleanup, SHAPE);
    return performance.now() - started;
  } finally {
    await cleanup.close();
  }
}

async function measureStart({ browser, cleanup, quick }: Bench) {
  const chromium = await browser();
  const dataDirectory = makeDataDirectory(cleanup);
  // The first start makes the database.
  await startToPage(chromium, dataDirectory);
  await startBare(chromium);
  const values: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < (quick ? 3 : 15); round++) {
    floors.push(await startBare(chromium));
    values.push(await startToPage(chromium, dataDirectory));
  }
  return [{ name: 'start_to_page', unit: 'ms', value: median(values), floor: median(floors), limits: { atMost: 1000 } }];
}

async function measureLoad({ browser, cleanup, quick }: Bench) {
  const host = await BuiltHost.start(cleanup);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const session = await startSession(client, QUIET_LAB, 'shell');
  const { page } = await productPage(await browser(), host, cookie, cleanup);
  await openWorkstation(page, session.id);
  const bare = await barePage(await browser(), await BareHost.start(cleanup), cleanup, SHAPE);
  const reload = async (each: typeof page) => {
    await each.bringToFront();
    const started = performance.now();
    await each.reload({ waitUntil: 'commit' });
    await awaitPrompt(each);
    return performance.now() - started;
  };
  const values: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < (quick ? 4 : 25); round++) {
    floors.push(await reload(bare));
    values.push(await reload(page));
  }
  return [{ name: 'page_to_prompt', unit: 'ms', value: median(values), floor: median(floors), limits: { atMost: 1000 } }];
}

export const starting: Measurement = { names: ['start_to_page'], measure: measureStart };
export const loading: Measurement = { names: ['page_to_prompt'], measure: measureLoad };
