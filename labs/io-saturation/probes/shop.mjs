/** Purchases are timed while an order must find its way into a backup that could be restored. */
const SECONDS = 4;
const BACKUP_WITHIN = 15_000;
const GIVES_UP = 600;

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
  const { buy, look } = await ask(`/purchases?seconds=${SECONDS}`);
  const backup = order.code === 0 ? await waitForBackup(probe, ask, order.article) : { has: false, wrong: 0 };
  const late = buy.filter((milliseconds) => milliseconds > GIVES_UP).length;
  return {
    purchases: buy.length,
    latePercent: buy.length === 0 ? 100 : Math.round((100 * late) / buy.length),
    p50: quantile(buy, 0.5),
    p90: quantile(buy, 0.9),
    p99: quantile(buy, 0.99),
    look: quantile(look, 0.5),
    wait: buy.length === 0 ? 1e6 : Math.max(0, Math.round(quantile(buy, 0.5) - quantile(look, 0.5))),
    backup: backup.has ? 1 : 0,
    wrong: backup.wrong,
    unsafe: [settings.fsync, settings.pages, settings.commit].filter((value) => value !== 'on').length + (settings.tables === 2 ? 0 : 1),
    moved: settings.folder === '/data/db' ? 0 : 1,
  };
}

async function waitForDatabase(probe, ask) {
  for (const end = Date.now() + 10_000; Date.now() < end; await probe.sleep(300)) if ((await ask('/settings')).code === 0) return;
}

async function waitForBackup(probe, ask, article) {
  const end = Date.now() + BACKUP_WITHIN;
  for (;;) {
    const backup = await ask(`/backup?order=${article}`);
    if (backup.has || Date.now() > end) return backup;
    await probe.sleep(500);
  }
}

/** Rounded to milliseconds; 0 of nothing. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
