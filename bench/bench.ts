/** `npm run bench`: measures each figure beside its floor, prints one table, writes one JSON file. */
import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { interruptCode, interrupted } from '../scripts/lib/interrupt.mjs';
import { helpText } from '../scripts/lib/options.mjs';
import { callerDirectory } from '../scripts/lib/paths.mjs';
import { runMain } from '../scripts/lib/say.mjs';
import { BENCH_OPTIONS, readBenchArguments } from './lib/arguments.ts';
import { launchBrowser } from './lib/browser.ts';
import { Cleanup } from './lib/cleanup.ts';
import type { Measurement } from './lib/context.ts';
import { engineVersion } from './lib/docker.ts';
import { FIGURES } from './lib/figures.ts';
import { unlessInterrupted } from './lib/interruptible.ts';
import { describeMachine, load } from './lib/machine.ts';
import { type Figure, figureOf, figureTable, machineLine, notMeasured } from './lib/report.ts';
import { MEASUREMENTS } from './measures/all.ts';

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

interface Run {
  readonly quick: boolean;
  readonly only: ReadonlySet<string>;
  browser(): Promise<Browser>;
}

/** One measurement that fails does not keep the others from being made. */
async function figuresOf({ names, measure }: Measurement, { quick, only, browser }: Run): Promise<Figure[]> {
  const wanted = names.filter((name) => only.has(name));
  if (wanted.length === 0) return [];
  say(`${wanted.join(', ')} ...`);
  const cleanup = new Cleanup();
  const started = Date.now();
  try {
    const measured = await unlessInterrupted(measure({ cleanup, browser, quick, say: (line) => say(`  ${line}`) }));
    return measured.map(figureOf).filter(({ name }) => only.has(name));
  } catch (error) {
    if (interrupted.aborted) throw error;
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return wanted.map((name) => notMeasured(name, error instanceof Error ? error.message : String(error)));
  } finally {
    await cleanup.close();
    say(`  ${Math.round((Date.now() - started) / 1000)} s`);
  }
}

async function main(): Promise<number> {
  const { help, only, quick, json } = readBenchArguments(process.argv.slice(2), callerDirectory());
  if (help) {
    const about = `Measures the built app, each figure beside its floor of the same run:\n${FIGURES.map((name) => `  ${name}`).join('\n')}`;
    process.stdout.write(helpText('npm run bench -- [options]', about, BENCH_OPTIONS));
    return 0;
  }
  const loadBefore = load();
  const cleanup = new Cleanup();
  let launched: Promise<Browser> | null = null;
  const browser = () => (launched ??= launchBrowser(cleanup));
  try {
    const measured: Figure[] = [];
    try {
      for (const measurement of MEASUREMENTS) measured.push(...(await figuresOf(measurement, { quick, only, browser })));
    } catch (error) {
      // What was measured until then took minutes, and is shown.
      if (!interrupted.aborted || measured.length === 0) throw error;
    }
    const figures = FIGURES.flatMap((name) => measured.filter((figure) => figure.name === name));
    const version = launched === null ? 'no browser' : `Chromium ${(await browser()).version()}`;
    const machine = describeMachine(loadBefore, version, await engineVersion());
    process.stdout.write(`${machineLine(machine)}\n\n${figureTable(figures)}\n`);
    if (json !== null) writeFileSync(json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
    if (interrupted.aborted) return interruptCode();
    return figures.every(({ ok }) => ok) ? 0 : 1;
  } catch (error) {
    if (interrupted.aborted) return interruptCode();
    throw error;
  } finally {
    await cleanup.close();
  }
}

await runMain(main);
process.exit();
