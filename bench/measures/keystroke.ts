/** From a key press in the page to its echo in xterm's buffer: the product beside the bare page, round by round. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { BareHost, barePage, openWorkstation, productPage } from '../lib/browser.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { BuiltHost, connect, startSession } from '../lib/host.ts';
import { timeKey } from '../lib/page-watch.ts';
import { percentile } from '../lib/stats.ts';

/** Keys of one round, few enough for one line. */
const KEYS = 40;
export const QUIET_LAB = 'too-many-open-files';

/** Types a line as a person does and takes it back. @returns one time per key, in milliseconds */
export async function typeLine(page: Page, keys = KEYS): Promise<number[]> {
  await page.bringToFront();
  await timeKey(page, 'Space');
  const times: number[] = [];
  for (let number = 0; number < keys; number++) {
    times.push(await timeKey(page, 'x'));
    // Not in step with frames or timers of the page.
    await delay(15 + Math.random() * 35);
  }
  await timeKey(page, 'Control+u');
  return times;
}

async function measure({ browser, cleanup, quick, say }: Bench) {
  const host = await BuiltHost.start(cleanup);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const session = await startSession(client, QUIET_LAB, 'shell');
  const { page } = await productPage(await browser(), host, cookie, cleanup);
  await openWorkstation(page, session.id);
  const { terminals } = await client.sessions.get({ sessionId: session.id });
  const shell = terminals.find(({ kind }) => kind === 'shell');
  const bare = await barePage(await browser(), await BareHost.start(cleanup), cleanup, {
    cols: shell?.cols ?? 100,
    rows: shell?.rows ?? 30,
    font: 14,
  });
  const values: number[] = [];
  const floors: number[] = [];
  // The first round warms up caches and compilers.
  await typeLine(bare);
  await typeLine(page);
  for (let round = 0; round < (quick ? 3 : 25); round++) {
    floors.push(...(await typeLine(bare)));
    values.push(...(await typeLine(page)));
  }
  say(`${values.length} keys on either page`);
  const at = (fraction: number) => ({ unit: 'ms', value: percentile(values, fraction), floor: percentile(floors, fraction) });
  return [
    { name: 'keystroke_p50', ...at(0.5), limits: { atMostFloors: 1.2 } },
    { name: 'keystroke_p99', ...at(0.99), limits: { atMostFloors: 1.2 } },
  ];
}

export const keystroke: Measurement = { names: ['keystroke_p50', 'keystroke_p99'], measure };
