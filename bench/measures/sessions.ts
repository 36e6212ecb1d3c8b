/**
 * Thirty learners at once on one host, each with a session of their own and a terminal that they type into; what a
 * key press of one of them takes. The floor is the same page while its session is the only one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openWorkstation, productPage } from '../lib/browser.ts';
import { Cleanup } from '../lib/cleanup.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { labImage, startBareSession } from '../lib/docker.ts';
import { BuiltHost, type Client, connect, startSession } from '../lib/host.ts';
import { percentile } from '../lib/stats.ts';
import { Viewer } from '../lib/viewer.ts';
import { QUIET_LAB, typeLine } from './keystroke.ts';

const SESSIONS = 30;
/** Between two keys of somebody who types now and then. */
const KEY_EVERY_MS = 1_000;

/** Makes a learner the one who sits at this machine and begins their session. @returns its id */
async function begin(client: Client, number: number): Promise<{ learnerId: string; sessionId: string }> {
  const learner = await client.learners.create({ name: `Learner ${number}` });
  await client.learners.switchTo({ learnerId: learner.id });
  const { id } = await client.sessions.start({ labId: QUIET_LAB, runtime: 'docker' });
  return { learnerId: learner.id, sessionId: id };
}

/** Waits until a learner's session runs. */
async function untilRunning(client: Client, { learnerId, sessionId }: { learnerId: string; sessionId: string }): Promise<void> {
  await client.learners.switchTo({ learnerId });
  for (;;) {
    const { state, message } = await client.sessions.get({ sessionId });
    if (state === 'running') return;
    if (state === 'failed' || state === 'lost') throw new Error(`a session did not start: ${message}`);
    await delay(50);
  }
}

/** Somebody who types a key into the session's shell now and then. */
async function typeAway(host: BuiltHost, cookie: string, client: Client, sessionId: string, cleanup: Cleanup): Promise<void> {
  const { terminals } = await client.sessions.get({ sessionId });
  const open = terminals.find(({ kind }) => kind === 'shell');
  const terminal = open ?? (await client.terminals.open({ sessionId, name: 'shell', cols: 100, rows: 30 }));
  const viewer = await Viewer.open(host, cookie, terminal.id, cleanup);
  let typed = 0;
  const timer = setInterval(() => viewer.type(++typed % 40 === 0 ? '\x15' : 'y'), KEY_EVERY_MS);
  cleanup.add('a typist', () => clearInterval(timer));
}

/** @returns milliseconds in which the engine's command line brings up as many terminal containers, eight at a time */
async function byCommandLine(cleanup: Cleanup): Promise<number> {
  const image = await labImage();
  const started = performance.now();
  let begun = 0;
  const worker = async () => {
    while (begun++ < SESSIONS - 1) await startBareSession(image, cleanup);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return performance.now() - started;
}

async function measure({ browser, cleanup, quick, say }: Bench) {
  const host = await BuiltHost.start(cleanup);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, cleanup);
  const [own] = await client.learners.list();
  const session = await startSession(client, QUIET_LAB, 'docker');
  const { page } = await productPage(await browser(), host, cookie, cleanup);
  await openWorkstation(page, session.id);
  const lines = async () => {
    const times: number[] = [];
    for (let round = 0; round < (quick ? 3 : 15); round++) times.push(...(await typeLine(page)));
    return times;
  };
  await typeLine(page);
  const alone = await lines();
  await page.goto('about:blank');

  const bare = new Cleanup();
  cleanup.add('the bare sessions', () => bare.close());
  const floorMs = await byCommandLine(bare);
  await bare.close();

  const started = performance.now();
  const begun: { learnerId: string; sessionId: string }[] = [];
  for (let number = 2; number <= SESSIONS; number++) begun.push(await begin(client, number));
  for (const each of begun) await untilRunning(client, each);
  const readyMs = performance.now() - started;
  say(`${SESSIONS} sessions run after ${Math.round(readyMs / 100) / 10} s`);
  for (const { learnerId, sessionId } of begun) {
    await client.learners.switchTo({ learnerId });
    await typeAway(host, cookie, client, sessionId, cleanup);
  }
  await client.learners.switchTo({ learnerId: own?.id ?? '' });
  await page.goto(`${host.origin}/#/workstation/${session.id}`);
  await page.waitForFunction(() => (window.__opsLabTerminals?.size ?? 0) > 0);
  await page.locator('.terminal-host:visible .xterm-helper-textarea').first().focus();
  await typeLine(page);
  const together = await lines();
  return { alone, together, readyMs, floorMs };
}

export const sessions: Measurement = {
  names: ['sessions30_keystroke_p99', 'sessions30_ready'],
  measure: async (bench) => {
    const { alone, together, readyMs, floorMs } = await measure(bench);
    return [
      {
        name: 'sessions30_keystroke_p99',
        unit: 'ms',
        value: percentile(together, 0.99),
        floor: percentile(alone, 0.99),
        limits: { atMostFloors: 3 },
      },
      { name: 'sessions30_ready', unit: 's', value: readyMs / 1000, floor: floorMs / 1000, limits: { atMostFloors: 5 } },
    ];
  },
};
