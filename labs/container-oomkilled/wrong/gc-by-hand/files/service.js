/** What both services share: users by their ids, HTTP, and a look at the memory every 5 s. */
import { createServer } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import { Cache } from './cache.js';

const cache = new Cache();

/** @param make turns a row of the database into what the service keeps of a user */
async function findUsers(ids, make) {
  const users = new Map(ids.map((id) => [id, cache.get(id)]));
  const missing = ids.filter((id) => users.get(id) === undefined);
  if (missing.length > 0) {
    const rows = await fetch(`${process.env.DATABASE_URL}/users?ids=${missing.join(',')}`, { signal: AbortSignal.timeout(2500) });
    for (const row of await rows.json()) {
      const user = make(row);
      cache.set(row.id, user);
      users.set(row.id, user);
    }
  }
  return [...users.values()];
}

/**
 * @param path of the list; `PATH?ids=1,2,3` gives what `show` makes of each user
 * @param make see findUsers
 */
export function serve(name, path, { make, show, routes = {} }) {
  const find = (ids) => findUsers([...new Set(ids)], make);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://users');
    if (url.pathname === '/health') return send(response, 200, { status: 'ok' });
    try {
      if (url.pathname === path) return send(response, 200, (await find(idsOf(url))).map(show));
      const route = routes[url.pathname];
      if (route !== undefined) return await route(response, await find(idsOf(url)));
      send(response, 404, { error: 'no such page' });
    } catch (error) {
      console.error(`${request.url.slice(0, 40)}: ${error.message}`);
      send(response, 502, { error: 'no answer from the database' });
    }
  });
  server.listen(Number(process.env.PORT), () => console.log(`${name} listens, process ${process.pid}`));
  setInterval(() => {
    console.log(`memory: heapUsed ${MiB(process.memoryUsage().heapUsed)} MiB of ${MiB(getHeapStatistics().heap_size_limit)} MiB`);
  }, 5000).unref();
  setInterval(() => globalThis.gc(), 500).unref();
}

const MiB = (bytes) => Math.round(bytes / 1_048_576);

const idsOf = (url) =>
  (url.searchParams.get('ids') ?? '')
    .split(',')
    .filter((part) => /^\d{1,9}$/.test(part))
    .map(Number);

function send(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
