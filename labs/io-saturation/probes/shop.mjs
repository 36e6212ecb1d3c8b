/** Purchases are timed all along, from an order on until a backup that could be restored has it. */
const LOOKS_SECONDS = 4;
const BACKUP_WITHIN = 20_000;
const GIVES_UP = 600;
const WINDOW = 4000;

export default async function shop(probe) {
  const base = probe.url('clients', 9100);
  const ask = async (path, method = 'GET', timeoutMs = 40_000) => {
    const answer = await probe.request(`${base}${path}`, { method, timeoutMs });
    if (answer.status !== 200) probe.giveUp(`The customers did not answer ${path} (${answer.error || answer.status}).`);
    return JSON.parse(answer.body);
  };
  // A database that was just restarted may have to recover first.
  await waitForDatabase(probe, ask);
  const settings = await ask('/settings');
  const order = await ask('/order', 'POST');
  // A backup that has the order began after it, so its whole work falls between the order and the last purchase: none is missed because it is rare.
  const [look, backup] = await Promise.all([ask(`/looks?seconds=${LOOKS_SECONDS}`), waitForBackup(probe, ask, order)]);
  const purchases = await ask(`/purchases?since=${order.at}`);
  const buy = purchases.map(([, milliseconds]) => milliseconds);
  return {
    purchases: buy.length,
    latePercent: Math.round((100 * worstLate(purchases)) / WINDOW),
    slowest: quantile(buy, 1),
    p50: quantile(buy, 0.5),
    look: quantile(look, 0.5),
    wait: buy.length === 0 ? 1e6 : Math.max(0, Math.round(quantile(buy, 0.5) - quantile(look, 0.5))),
    backup: backup.has ? 1 : 0,
    wrong: backup.wrong,
    unsafe: [settings.fsync, settings.pages, settings.commit].filter((value) => value !== 'on').length + (settings.tables === 2 ? 0 : 1),
    moved: settings.folder === '/data/db' && settings.log ? 0 : 1,
  };
}

async function waitForDatabase(probe, ask) {
  for (const end = Date.now() + 10_000; Date.now() < end; await probe.sleep(300)) if ((await ask('/settings')).code === 0) return;
}

async function waitForBackup(probe, ask, order) {
  if (order.code !== 0) return { has: false, wrong: 0 };
  const end = Date.now() + BACKUP_WITHIN;
  for (;;) {
    const backup = await ask(`/backup?order=${order.article}`);
    if (backup.has || Date.now() > end) return backup;
    await probe.sleep(500);
  }
}

/**
 * Of the worst window, the milliseconds in which whoever bought waited too long. Time and not a share of purchases, since few are made
 * while all customers wait; and of a window, since a long time in which nothing happens would hide the rest.
 */
function worstLate(purchases) {
  return Math.max(
    0,
    ...purchases.map(([from]) =>
      late(
        purchases.filter(([at]) => at >= from && at < from + WINDOW),
        from + WINDOW,
      ),
    ),
  );
}

/** A purchase that is late by L ms: those that are due in the L ms after it wait for the same write. */
function late(purchases, end) {
  let sum = 0;
  let until = 0;
  for (const [at, milliseconds] of purchases) {
    const next = Math.min(end, at + milliseconds - GIVES_UP);
    sum += Math.max(0, next - Math.max(at, until));
    until = Math.max(until, next);
  }
  return sum;
}

/** Rounded to milliseconds; 0 of nothing. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
