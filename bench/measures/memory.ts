/** Memory of host and page with one lab and four terminals, beside a bare host and page with four shells. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { until } from '../../e2e/support/until.ts';
import { BareHost, barePage, openWorkstation, productPage } from '../lib/browser.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { BuiltHost, connect, startSession } from '../lib/host.ts';
import { memoryOf } from '../lib/procfs.ts';
import { median } from '../lib/stats.ts';
import { QUIET_LAB } from './keystroke.ts';

const MEGABYTE = 1_000_000;
const TERMINALS = 4;
/** Time in which checks, vitals and terminals are at work. */
const SETTLE_MS = 20_000;

/** Bytes that the page's JavaScript holds, after a collection. */
async function heapOf(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  try {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    return usedSize;
  } finally {
    await devtools.detach();
  }
}

async function measure({ browser, cleanup, quick }: Bench) {
  const host = await BuiltHost.start(cleanup);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const session = await startSession(client, QUIET_LAB, 'shell');
  const { page } = await productPage(await browser(), host, cookie, cleanup);
  await openWorkstation(page, session.id);
  const { terminals } = await client.sessions.get({ sessionId: session.id });
  for (let number = terminals.length; number < TERMINALS; number++) {
    await client.terminals.open({ sessionId: session.id, name: 'shell', cols: 100, rows: 30 });
  }
  await until('four terminals in the page', () =>
    page.evaluate((count) => (window.__opsLabTerminals?.size ?? 0) >= count, TERMINALS),
  ).catch(() => {});
  const bareHost = await BareHost.start(cleanup);
  const bare = await barePage(await browser(), bareHost, cleanup, { cols: 100, rows: 30, font: 14, terminals: TERMINALS });
  const resident: number[] = [];
  const residentFloors: number[] = [];
  for (let round = 0; round < (quick ? 2 : 6); round++) {
    await delay(SETTLE_MS / (quick ? 4 : 4));
    resident.push(memoryOf(host.pid, 'VmRSS') / MEGABYTE);
    residentFloors.push(memoryOf(bareHost.pid, 'VmRSS') / MEGABYTE);
  }
  return [
    { name: 'host_rss', unit: 'MB', value: median(resident), floor: median(residentFloors), limits: { atMost: 150 } },
    {
      name: 'renderer_heap',
      unit: 'MB',
      value: (await heapOf(page)) / MEGABYTE,
      floor: (await heapOf(bare)) / MEGABYTE,
      limits: { atMost: 64 },
    },
  ];
}

export const memory: Measurement = { names: ['host_rss', 'renderer_heap'], measure };
