/**
 * The customers of the shop, and a second machine that takes backups. It is open for 10 s and closed for 4 s, as the table
 * `hours` says.
 *   GET  /purchases?since=T     purchases that were due since then: [when, milliseconds] of each, the oldest first
 *   GET  /looks?seconds=N       looks at articles for N seconds: milliseconds
 *   POST /order                 an order of its own, while the shop stays open for a while: its article number, and when
 *   GET  /backup?order=N        whether a complete backup has that order
 *   GET  /settings              what keeps a purchase safe
 *   PUT  /NAME.dump             keeps a backup here
 */
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { inspectBackups, keep } from './backups.mjs';
import { command, transactions } from './programs.mjs';

const OPEN_MS = 10_000;
const CLOSED_MS = 4_000;
/** How long the shop stays open after an order, so that there are purchases to look at. */
const STAYS_OPEN_MS = 5_000;
const KEPT_MS = 60_000;
const BUY = { script: 'buy.sql', clients: 8, rate: 12 };
const LOOK = { script: 'look.sql', clients: 2, rate: 10 };

let opened = null;
/** The purchases that are being made, as a promise; and those of the last minute. */
let buying = null;
let bought = [];
const waiting = [];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const query = (sql) => command('psql', ['-AtqX', '-c', sql]);

async function keepHours() {
  for (;;) {
    if (!(await setOpen(true))) continue;
    while (Date.now() - opened < OPEN_MS) {
      buying = transactions(BUY, 2);
      const { code, list } = await buying;
      bought = [...bought, ...list].filter(({ at }) => at > Date.now() - KEPT_MS);
      if (code !== 0) await pause(300);
    }
    buying = null;
    await setOpen(false);
    await pause(CLOSED_MS);
  }
}

async function setOpen(value) {
  const { code } = await query(`update hours set open = ${value}`);
  if (code !== 0) await pause(300);
  opened = value && code === 0 ? Date.now() : null;
  if (opened !== null) for (const resolve of waiting.splice(0)) resolve();
  return code === 0;
}

async function purchases(since) {
  await buying;
  return bought
    .filter(({ at }) => at >= since)
    .sort((a, b) => a.at - b.at)
    .map(({ at, milliseconds }) => [at, milliseconds]);
}

async function order() {
  if (opened === null || Date.now() - opened > OPEN_MS - STAYS_OPEN_MS) {
    await Promise.race([new Promise((resolve) => waiting.push(resolve)), pause(15_000)]);
  }
  const article = 1_000_000 + Math.floor(Math.random() * 1e9);
  const at = Date.now();
  const { code } = await query(`insert into orders (article) values (${article})`);
  return { code, article, at };
}

async function settings() {
  const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_directory'];
  const { code, text } = await query(
    `select ${names.map((name) => `current_setting('${name}')`).join(', ')}, (select count(*) from pg_class where relname in ('articles', 'orders') and relpersistence = 'p' and reltablespace = 0), pg_walfile_name(pg_current_wal_lsn())`,
  );
  const [fsync, pages, commit, folder, tables, segment] = text.trim().split('|');
  return { code, fsync, pages, commit, folder, tables: Number(tables), log: await isHere(`/data/db/pg_wal/${segment}`) };
}

/** Whether this is on the volume: where a link of the database's host leads to memory, there is nothing here. */
const isHere = (path) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://clients');
  const number = (name) => Number(searchParams.get(name));
  try {
    if (request.method === 'PUT' && /^\/[\w.-]+\.dump$/.test(pathname)) return response.end(await keep(request, pathname.slice(1)));
    const answer = {
      'GET /purchases': () => purchases(number('since')),
      'GET /looks': async () => (await transactions(LOOK, number('seconds'))).list.map(({ milliseconds }) => milliseconds),
      'POST /order': order,
      'GET /backup': () => inspectBackups(number('order')),
      'GET /settings': settings,
    }[`${request.method} ${pathname}`];
    if (!answer) return response.writeHead(404).end();
    response.end(JSON.stringify(await answer()));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(9100);

await keepHours();
