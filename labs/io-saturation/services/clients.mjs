/**
 * The customers of the shop, and a second machine that takes backups. It is open for 10 s and closed for 4 s, as the table
 * `hours` says.
 *   GET  /purchases?seconds=N   buys and looks for N seconds of an open shop: latencies in milliseconds
 *   POST /order                 an order of its own: its article number
 *   GET  /backup?order=N        whether a complete backup has that order
 *   GET  /settings              what keeps a purchase safe
 *   PUT  /NAME.dump             keeps a backup here
 */
import { createServer } from 'node:http';
import { inspectBackups, keep } from './backups.mjs';
import { command, latencies } from './programs.mjs';

const OPEN_MS = 10_000;
const CLOSED_MS = 4_000;
const BACKGROUND = { script: 'buy.sql', clients: 6, rate: 10 };
const BUY = { script: 'buy.sql', clients: 4, rate: 6 };
const LOOK = { script: 'look.sql', clients: 2, rate: 10 };

let open = false;
let measuring = 0;
const waiting = [];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const query = (sql) => command('psql', ['-AtqX', '-c', sql]);

async function keepHours() {
  for (;;) {
    if (!(await setOpen(true))) continue;
    const began = Date.now();
    while (measuring > 0 || Date.now() - began < OPEN_MS) {
      const { code } = await latencies(BACKGROUND, 2);
      if (code !== 0) await pause(300);
    }
    await setOpen(false);
    await pause(CLOSED_MS);
  }
}

async function setOpen(value) {
  const { code } = await query(`update hours set open = ${value}`);
  if (code !== 0) await pause(300);
  open = value && code === 0;
  if (open) for (const resolve of waiting.splice(0)) resolve();
  return code === 0;
}

async function purchases(seconds) {
  measuring += 1;
  try {
    if (!open) await Promise.race([new Promise((resolve) => waiting.push(resolve)), pause(15_000)]);
    const [buy, look] = await Promise.all([latencies(BUY, seconds), latencies(LOOK, seconds)]);
    return { open, buy: buy.milliseconds, look: look.milliseconds };
  } finally {
    measuring -= 1;
  }
}

async function order() {
  const article = 1_000_000 + Math.floor(Math.random() * 1e9);
  const { code } = await query(`insert into orders (article) values (${article})`);
  return { code, article };
}

async function settings() {
  const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_directory'];
  const { code, text } = await query(
    `select ${names.map((name) => `current_setting('${name}')`).join(', ')}, (select count(*) from pg_class where relname in ('articles', 'orders') and relpersistence = 'p'), pg_walfile_name(pg_current_wal_lsn())`,
  );
  const [fsync, pages, commit, folder, tables, segment] = text.trim().split('|');
  return { code, fsync, pages, commit, folder, tables: Number(tables), segment };
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://clients');
  const number = (name) => Number(searchParams.get(name));
  try {
    if (request.method === 'PUT' && /^\/[\w.-]+\.dump$/.test(pathname)) return response.end(await keep(request, pathname.slice(1)));
    const answer = {
      'GET /purchases': () => purchases(number('seconds')),
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
