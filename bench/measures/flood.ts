/**
 * Floods: how fast output gets through, how soon Ctrl-C is obeyed, and how much waits between program and page. The floor is the
 * same built app with its flow control left out (see no-flow-control.mjs): it is as fast as this path can be, and buffers without end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { until } from '../../e2e/support/until.ts';
import { openWorkstation, productPage } from '../lib/browser.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { BuiltHost, connect, type HostOptions, startSession } from '../lib/host.ts';
import { PROMPT, receivedBytes, timeCommand, timeKey, typeCommand } from '../lib/page-watch.ts';
import { commandLine, pids, writtenBy } from '../lib/procfs.ts';
import { median } from '../lib/stats.ts';
import { QUIET_LAB } from './keystroke.ts';

const MEGABYTE = 1_000_000;
const CAT_MEGABYTES = 50;
/** Base64 in lines of 99 characters: text as a log has it, 50 000 000 bytes. */
const MAKE_FILE = 'head -c 37125000 /dev/urandom | base64 -w 99 > big.txt';
const FLOOD_MS = 2_500;

async function openPage({ browser, cleanup }: Bench, options: HostOptions): Promise<Page> {
  const host = await BuiltHost.start(cleanup, options);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const session = await startSession(client, QUIET_LAB, 'shell');
  const { page } = await productPage(await browser(), host, cookie, cleanup);
  await openWorkstation(page, session.id);
  return page;
}

async function catSpeed(page: Page): Promise<number> {
  await page.bringToFront();
  return CAT_MEGABYTES / ((await timeCommand(page, 'cat big.txt')) / 1000);
}

/** The process with this command line, once it is there. */
function runs(line: string): Promise<number> {
  return until(`${line} to run`, () => pids().find((pid) => commandLine(pid).join(' ') === line));
}

/**
 * Floods for a while, then presses Ctrl-C.
 * @returns most bytes that the program had written and the page had not received, and milliseconds from Ctrl-C to the prompt
 */
async function flood(page: Page): Promise<{ peak: number; stopMs: number }> {
  await page.bringToFront();
  const word = `flood-${Math.random().toString(36).slice(2)}`;
  await typeCommand(page, `yes ${word}`);
  const before = await receivedBytes(page);
  await page.keyboard.press('Enter');
  const pid = await runs(`yes ${word}`);
  // The tty makes a line end two bytes.
  const onTerminal = (word.length + 2) / (word.length + 1);
  let peak = 0;
  for (const end = Date.now() + FLOOD_MS; Date.now() < end; await delay(50)) {
    // What comes while the page answers counts as waiting: the peak is never told too low.
    const received = (await receivedBytes(page)) - before;
    peak = Math.max(peak, writtenBy(pid) * onTerminal - received);
  }
  return { peak, stopMs: await timeKey(page, 'Control+c', PROMPT) };
}

/** Ctrl-C where nothing is in the way. */
async function interruptIdle(page: Page): Promise<number> {
  await page.bringToFront();
  await typeCommand(page, 'sleep 100.1');
  await page.keyboard.press('Enter');
  await runs('sleep 100.1');
  return timeKey(page, 'Control+c', PROMPT);
}

async function measure(bench: Bench) {
  const page = await openPage(bench, {});
  const unbounded = await openPage(bench, { withoutFlowControl: true });
  for (const each of [page, unbounded]) {
    await each.bringToFront();
    await timeCommand(each, MAKE_FILE);
    await catSpeed(each);
  }
  const rounds = bench.quick ? 2 : 6;
  const speeds: number[] = [];
  const speedFloors: number[] = [];
  const floods: { peak: number; stopMs: number }[] = [];
  const floodFloors: { peak: number; stopMs: number }[] = [];
  const idle: number[] = [];
  for (let round = 0; round < rounds; round++) {
    speedFloors.push(await catSpeed(unbounded));
    speeds.push(await catSpeed(page));
    idle.push(await interruptIdle(page));
    floods.push(await flood(page));
    if (round < 2) floodFloors.push(await flood(unbounded));
  }
  bench.say(`Ctrl-C without flow control: ${floodFloors.map(({ stopMs }) => Math.round(stopMs)).join(', ')} ms`);
  const megabytes = (list: { peak: number }[]) => Math.max(...list.map(({ peak }) => peak)) / MEGABYTE;
  return [
    { name: 'cat_50mb', unit: 'MB/s', value: median(speeds), floor: median(speedFloors), limits: { atLeastFloors: 0.95 } },
    {
      name: 'ctrl_c_under_flood',
      unit: 'ms',
      value: median(floods.map(({ stopMs }) => stopMs)),
      floor: median(idle),
      limits: { atMost: 50 },
    },
    { name: 'buffered_peak', unit: 'MB', value: megabytes(floods), floor: megabytes(floodFloors), limits: { atMost: 4 } },
  ];
}

export const flooding: Measurement = { names: ['cat_50mb', 'ctrl_c_under_flood', 'buffered_peak'], measure };
