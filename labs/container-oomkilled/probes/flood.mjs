/**
 * 18 000 different users, 180 at a time, and among them 40 that come back again and again. Meanwhile: does the same process
 * go on, does its memory stop growing, are answers right and fresh, and is the database spared the users that come back?
 */
import { isRight, listOf, truth, waitUntilUp } from './users.mjs';

const USERS = 18_000;
const NEW = 180;
const HOT = 40;
/** Of the users that come back, in each request: each one comes back after 400 others. */
const HOT_EACH = 20;
/** A new name has to show within 3 s; the rest is for a busy machine. */
const FRESH_MS = 4000;
const SAMPLES = 12;
const MIB = 1_048_576;
/** Resident pages of the program itself, which count elsewhere; measured at the end of pictures. */
const SHARED_MIB = 45;
/** What a Node process holds beside its heap; measured at the end of members. */
const NOT_HEAP_MIB = 80;
/** Smaller processes are helpers, which may come and go. */
const HELPER_BYTES = 20 * MIB;

export default async function flood(probe) {
  const { service, port, limitMiB, inHeap } = probe.args;
  const base = probe.url(service, port);
  await waitUntilUp(probe, base, 15_000);
  const hot = randomIds(probe, HOT);
  const watch = `w${probe.randomInteger(1, 1e12)}`;
  await database(probe, 'POST', `/watch/${watch}`, hot.join(','));
  const before = await look(probe, service);
  const state = await probe.service(service);

  const [renamed] = hot;
  const batches = Math.ceil(USERS / NEW);
  const figures = { users: 0, lost: 0, wrong: 0 };
  const samples = [];
  let askedHot = 0;
  let renamedAt = 0;
  for (let batch = 0; batch < batches && figures.lost < 2; batch += 1) {
    const back = Array.from({ length: HOT_EACH }, (_, place) => hot[(batch * HOT_EACH + place) % HOT]);
    const fresh = randomIds(probe, NEW);
    const answer = await ask(probe, base, service, [...fresh, ...back]);
    if (answer === null) figures.lost += 1;
    else figures.users += NEW;
    askedHot += HOT_EACH;
    if (batch === 2) {
      await database(probe, 'POST', `/rename/${renamed}`);
      renamedAt = Date.now();
    }
    if (answer !== null && batch % 8 === 5) figures.wrong += await wrongOf(probe, service, answer, pick(probe, fresh, 12));
    if ((batch + 1) % Math.floor(batches / SAMPLES) === 0) samples.push(await look(probe, service));
  }
  const { asked } = await database(probe, 'GET', `/watch/${watch}`);
  const stale = figures.lost > 0 ? 0 : await isStale(probe, base, service, renamed, renamedAt + FRESH_MS);
  const after = await look(probe, service);
  const now = await probe.service(service);
  // A service that came back in between begins anew: that is no growth.
  const growth = figures.lost > 0 ? 0 : growthOf([...samples.map(({ bytes }) => bytes), after.bytes]);
  // The limit as it is now. The argument is for where the kernel limits nothing.
  const limit = now.memoryLimitBytes === undefined ? limitMiB : now.memoryLimitBytes / MIB;
  const room =
    Math.min(limit + SHARED_MIB, heapLimitOf(after, inHeap ? limit : Number.POSITIVE_INFINITY) + NOT_HEAP_MIB) - after.bytes / MIB;
  return {
    ...figures,
    stale,
    gone: before.processes.filter((process) => !after.processes.includes(process)).length,
    restarts: now.restarts - state.restarts,
    kills: (now.outOfMemoryKills ?? 0) - (state.outOfMemoryKills ?? 0),
    hitPercent: Math.round(100 * Math.max(0, 1 - asked / Math.max(1, askedHot))),
    residentMiB: Math.round(after.bytes / MIB),
    growthMiB: Math.round(growth),
    usersLeft: growth < 1 ? 0 : Math.max(0, Math.round((room / growth) * (USERS / 2) * 1e-3) * 1000),
  };
}

function randomIds(probe, count) {
  return Array.from({ length: count }, () => probe.randomInteger(1, 999_999_999));
}

const pick = (probe, ids, count) => Array.from({ length: count }, () => ids[probe.randomInteger(0, ids.length - 1)]);

async function database(probe, method, path, body) {
  const answer = await probe.request(`${probe.url('database', 9002)}${path}`, { method, body });
  if (answer.status !== 200) probe.giveUp('The database itself did not answer.');
  return JSON.parse(answer.body);
}

/** @returns what the service says of each id, or null when it does not answer for all of them */
async function ask(probe, base, service, ids) {
  const answer = await probe.request(`${base}/${service}?ids=${ids.join(',')}`, { timeoutMs: 10_000 });
  const shown = new Map(listOf(answer.body).map((user) => [user?.id, user]));
  return answer.status === 200 && ids.every((id) => shown.has(id)) ? shown : null;
}

async function wrongOf(probe, service, shown, ids) {
  return (await truth(probe, ids)).filter((row) => !isRight(service, row, shown.get(row.id))).length;
}

async function isStale(probe, base, service, id, at) {
  while (Date.now() < at) {
    // A user that comes back all the time must become fresh as well.
    await probe.sleep(300);
    await ask(probe, base, service, [id]);
  }
  const shown = await ask(probe, base, service, [id]);
  return shown === null ? 0 : wrongOf(probe, service, shown, [id]);
}

/** @returns the memory of all processes of the service together, and who they are */
async function look(probe, service) {
  const processes = await probe.processes(service);
  return {
    bytes: processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    processes: processes.filter(({ residentBytes }) => residentBytes > HELPER_BYTES).map(({ pid, startedAt }) => `${pid} ${startedAt}`),
    commands: processes.map(({ command }) => command.join(' ')),
  };
}

/** @returns MiB by which the most memory of the last quarter is above that of the second one */
function growthOf(bytes) {
  const quarter = Math.floor(bytes.length / 4);
  if (quarter === 0) return 0;
  return Math.max(0, Math.max(...bytes.slice(-quarter)) - Math.max(...bytes.slice(quarter, 2 * quarter))) / MIB;
}

/** @returns MiB of V8's heap: what the command line says, or else what V8 takes in a container of this limit (see the story) */
function heapLimitOf({ commands }, limit) {
  const found = commands.flatMap((command) => /--max-old-space-size=(\d+)/.exec(command)?.[1] ?? []);
  return found.length === 0 ? Math.max(259, 0.55 * limit) : Math.max(...found.map(Number));
}
