/**
 * Restarts api-2 four times under traffic, each time with a new release, then api-1 once. Every stop must end what
 * listened, with the answer that was under way; every start must listen soon, as a new process.
 */
import { allowedMs, delivery, Program, tollIsRight } from './kernel.mjs';

const CYCLES = 4;
const TRAFFIC_EVERY_MS = 40;
/** Between the manager's word that a program has ended and our look. */
const GRACE_MS = 300;

export default async function apiCycles(probe) {
  const { release } = await delivery(probe);
  const first = new Program(probe, 'api-1', 8081);
  const second = new Program(probe, 'api-2', 8082);
  const allowed = await allowedMs();
  const neighbour = (await first.listeners())[0]?.pid ?? 0;
  const figures = {
    uncontrolled: 0,
    survivors: 0,
    survivor: 0,
    lost: 0,
    late: 0,
    slowestMs: 0,
    shared: 0,
    renewed: 0,
    wrong: 0,
    neighbours: 0,
    cycles: 0,
  };

  let good = true;
  for (let cycle = 0; good && cycle < CYCLES; cycle += 1) {
    good = await restartOnce(probe, second, `probe-${probe.randomInteger(1000, 9999)}`, allowed, figures);
  }
  if (((await first.listeners())[0]?.pid ?? 0) !== neighbour) figures.neighbours += 1;
  if (!good) return figures;
  await restartOnce(probe, first, release, allowed, figures);
  return figures;
}

/** @returns whether everything about this restart was good; the figures say what was not */
async function restartOnce(probe, program, release, allowed, figures) {
  const before = (await program.listeners()).map(({ pid }) => pid);
  const traffic = keepAsking(probe, program.url);
  const underWay = probe.request(`${program.url}/report`, { timeoutMs: 3000 });
  await probe.sleep(60);
  try {
    if (!(await program.ask('stop'))) {
      figures.uncontrolled += 1;
      return false;
    }
    const left = await program.watch((found) => found.length === 0, GRACE_MS);
    if (left.length > 0) {
      figures.survivors += left.length;
      figures.survivor = left[0].pid;
    }
    const report = await underWay;
    if (before.length > 0 && (report.error !== '' || !report.body.includes('line 5 of 5'))) figures.lost += 1;
    await program.ask('start', `?release=${release}`);
    const ms = await program.answersWithin(allowed, async () => (await tollIsRight(probe, program.url, release)).release);
    figures.slowestMs = Math.max(figures.slowestMs, ms ?? allowed);
    if (ms === null) figures.late += 1;
    const after = await program.listeners();
    if (after.length > 1) figures.shared += 1;
    if (after.length === 1 && !before.includes(after[0].pid)) figures.renewed += 1;
    const answer = await tollIsRight(probe, program.url, release);
    if (answer.answered && !answer.right) figures.wrong += 1;
    figures.cycles += 1;
    return left.length === 0 && ms !== null && after.length === 1 && !before.includes(after[0].pid);
  } finally {
    await traffic.end();
  }
}

/** Callers go on asking while the program is restarted; many of them are refused meanwhile. */
function keepAsking(probe, url) {
  let open = true;
  const pending = [];
  const done = (async () => {
    while (open) {
      pending.push(probe.request(`${url}/health`, { timeoutMs: 1000 }));
      await probe.sleep(TRAFFIC_EVERY_MS);
    }
    await Promise.all(pending);
  })();
  return {
    end: async () => {
      open = false;
      await done;
    },
  };
}
