/**
 * The database of users: a machine of its own, which nobody here can change.
 *
 *   DATA_PORT   GET /users?ids=1,2,3     rows of these users
 *   WATCH_PORT  for measuring only: the same rows without being counted (GET /users), counting how often some users are
 *               asked for (POST and GET /watch/NAME), and renaming a user (POST /rename/ID)
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const FIRST = ['Ada', 'Ben', 'Cleo', 'Dina', 'Emil', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jule', 'Kai', 'Lena', 'Milo', 'Nora', 'Olaf', 'Pia'];
/** Another one in each session, so that nobody can know a name without asking. */
const salt = randomBytes(8).toString('hex');
const renames = new Map();
/** By name of the watch: how often each watched user was asked for. The newest few. */
const watches = new Map();
const WATCHES = 20;

function row(id) {
  const hash = createHash('md5')
    .update(`${salt} ${id} ${renames.get(id) ?? 0}`)
    .digest();
  return { id, name: `${FIRST[hash[0] % FIRST.length]} ${hash.toString('hex', 1, 5)}` };
}

const idsOf = (text) =>
  text
    .split(',')
    .filter((part) => /^\d{1,9}$/.test(part))
    .map(Number);

createServer((request, response) => {
  const ids = idsOf(/^\/users\?ids=([\d,]+)$/.exec(request.url)?.[1] ?? '');
  for (const counts of watches.values()) {
    for (const id of ids) if (counts.has(id)) counts.set(id, counts.get(id) + 1);
  }
  send(response, ids.map(row));
}).listen(Number(process.env.DATA_PORT));

createServer(async (request, response) => {
  const [, what, name] = /^\/(watch|rename)\/([a-z0-9]+)$/.exec(request.url) ?? [];
  if (what === 'watch' && request.method === 'POST') {
    watches.set(name, new Map(idsOf(await bodyOf(request)).map((id) => [id, 0])));
    if (watches.size > WATCHES) watches.delete(watches.keys().next().value);
  }
  if (what === 'watch') return send(response, { asked: [...(watches.get(name)?.values() ?? [])].reduce((sum, count) => sum + count, 0) });
  if (what === 'rename') {
    renames.set(Number(name), (renames.get(Number(name)) ?? 0) + 1);
    return send(response, row(Number(name)));
  }
  send(response, idsOf(/^\/users\?ids=([\d,]+)$/.exec(request.url)?.[1] ?? '').map(row));
}).listen(Number(process.env.WATCH_PORT));

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function send(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
