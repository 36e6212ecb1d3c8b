/** Backups, here and on the database's volume: whether one of them could be restored, and what would be restored. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './programs.mjs';

const HERE = '/tmp';
const THERE = '/data/backups';
const ARTICLES = 12_000;
const LIMIT = 16e6;

export async function keep(request, name) {
  const parts = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > LIMIT) throw new Error('too large');
    parts.push(chunk);
  }
  // Whole or not at all, as far as a restore can see: what is cut off does not end with its table of contents.
  await writeFile(join(HERE, name), Buffer.concat(parts));
  return `${bytes} bytes\n`;
}

async function newestFirst() {
  const lists = await Promise.all(
    [HERE, THERE].map(async (folder) => {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.dump'));
      return Promise.all(names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })));
    }),
  );
  return lists
    .flat()
    .sort((a, b) => b.at - a.at)
    .slice(0, 3);
}

/** Rows of a table as pg_restore would restore them; null when the archive is not whole. */
async function rows(path, table) {
  const { code, text } = await command('pg_restore', ['-a', '-t', table, '-f', '-', path]);
  if (code !== 0) return null;
  const begin = text.indexOf('FROM stdin;\n');
  const end = text.indexOf('\n\\.\n', begin);
  return begin < 0 || end < 0
    ? []
    : text
        .slice(begin + 12, end)
        .split('\n')
        .map((line) => line.split('\t'));
}

/** @returns whether a whole backup has this order (an article number), and how far it is right */
export async function inspectBackups(order) {
  const texts = (await command('psql', ['-AtqX', '-c', 'select id, text from articles'])).text.trim().split('\n');
  const known = new Map(texts.map((line) => line.split('|')));
  for (const { path } of await newestFirst()) {
    const orders = await rows(path, 'orders');
    if (!orders?.some(([, article]) => Number(article) === order)) continue;
    const articles = (await rows(path, 'articles')) ?? [];
    const wrong = articles.filter(([id, , text]) => known.get(id) !== text).length + Math.abs(ARTICLES - articles.length);
    return { has: true, wrong, path };
  }
  return { has: false, wrong: 0, path: '' };
}
