/**
 * From the click on Start to a prompt in the page's terminal, on a warm image. The floor does by the engine's command line what that
 * prompt needs and no more: the network, the volume and the container that the terminal is in, then `docker exec -it`.
 */
import { spawn } from 'node-pty';
import type { Browser, Page } from 'playwright-core';
import { Catalog } from '../../e2e/pages/catalog.ts';
import { productPage } from '../lib/browser.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { labImage, startBareSession } from '../lib/docker.ts';
import { BuiltHost, type Client, connect } from '../lib/host.ts';
import { PROMPT } from '../lib/page-watch.ts';
import { percentile } from '../lib/stats.ts';

const LAB = 'node-event-loop-freeze';

/** Resolves with the first prompt of a program in a pty; the program is then ended. */
function promptOf(file: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const program = spawn(file, args, { name: 'xterm-256color', cols: 100, rows: 30, env: process.env });
    let text = '';
    program.onData((data) => {
      text += data;
      if (/[#$] (\x1b\[\?2004h)?$/.test(text)) {
        program.kill('SIGHUP');
        resolve();
      }
    });
    program.onExit(() => reject(new Error(`${file} ended without a prompt:\n${text}`)));
  });
}

/** @param image id of the lab's image */
async function byCommandLine(image: string, { cleanup }: Bench): Promise<number> {
  const started = performance.now();
  const { container, remove } = await startBareSession(image, cleanup);
  await promptOf('docker', ['exec', '-it', container, 'bash']);
  const took = performance.now() - started;
  await remove();
  return took;
}

/** @returns milliseconds from the click to the prompt, by the page's clock */
async function byPage(page: Page, client: Client): Promise<number> {
  await page.evaluate(() => location.assign('#/'));
  const catalog = new Catalog(page);
  await catalog.choose(LAB);
  const detail = catalog.detail(LAB);
  const radio = detail.getByRole('radio', { name: /^Docker/ });
  if ((await radio.count()) > 0 && !(await radio.isChecked()))
    await detail
      .locator('label')
      .filter({ hasText: /^Docker/ })
      .click();
  const ready = page.evaluate(
    (prompt) =>
      new Promise<number>((resolve) => {
        const known = new Set(window.__opsLabTerminals?.keys() ?? []);
        const look = () => {
          const fresh = [...(window.__opsLabTerminals ?? [])].filter(([id]) => !known.has(id));
          if (fresh.some(([, terminal]) => new RegExp(prompt).test(terminal.text()))) resolve(performance.now());
          else setTimeout(look, 1);
        };
        look();
      }),
    PROMPT,
  );
  await detail.getByRole('button', { name: 'Start lab' }).click();
  const took = (await ready) - (await page.evaluate(() => window.__bench.clickAt));
  const live = (await client.sessions.list()).find(({ endedAt }) => endedAt === null);
  // What comes up behind the prompt is not left in the way of the next round.
  if (live !== undefined) await client.sessions.stop({ sessionId: live.id });
  return took;
}

async function measure(bench: Bench) {
  const host = await BuiltHost.start(bench.cleanup);
  const cookie = await host.logIn();
  const client = await connect(host, cookie, bench.cleanup);
  const image = await labImage();
  const browser: Browser = await bench.browser();
  const { page } = await productPage(browser, host, cookie, bench.cleanup);
  const values: number[] = [];
  const floors: number[] = [];
  await byPage(page, client);
  for (let round = 0; round < (bench.quick ? 4 : 20); round++) {
    floors.push(await byCommandLine(image, bench));
    values.push(await byPage(page, client));
  }
  bench.say(`the page: ${values.map(Math.round).join(' ')} ms; the command line: ${floors.map(Math.round).join(' ')} ms`);
  const at = (fraction: number) => ({ unit: 'ms', value: percentile(values, fraction), floor: percentile(floors, fraction) });
  return [
    { name: 'click_to_prompt_p50', ...at(0.5), limits: { atMostFloors: 1.5, atMost: 1000 } },
    { name: 'click_to_prompt_p95', ...at(0.95), limits: { atMostFloors: 1.5, atMost: 1000 } },
  ];
}

export const clickToPrompt: Measurement = { names: ['click_to_prompt_p50', 'click_to_prompt_p95'], measure };
