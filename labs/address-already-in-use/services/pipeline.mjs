/**
 * Brings one release to api-1, and remembers what is out of the learner's reach to remember:
 *
 *   GET  /       {"release":...,"before":PID}   409 until the release was delivered
 *   GET  /note   what a check noted last
 *   PUT  /note
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { PORT, MANAGER_URL, API_URL } = process.env;
const release = `47-${randomBytes(2).toString('hex')}`;
let delivered = null;
let note = '{}';

createServer(async (request, response) => {
  if (request.url === '/note' && request.method === 'PUT') {
    note = '';
    for await (const chunk of request) note += chunk;
  }
  if (request.url === '/note') return response.end(note);
  response.writeHead(delivered ? 200 : 409).end(JSON.stringify(delivered ?? {}));
}).listen(Number(PORT));

for (;;) {
  try {
    const { pid } = await (await fetch(`${API_URL}/health`, { signal: AbortSignal.timeout(2000) })).json();
    const answer = await fetch(`${MANAGER_URL}/api-1/restart?release=${release}`, { method: 'POST', signal: AbortSignal.timeout(8000) });
    if (answer.ok) {
      delivered = { release, before: pid };
      break;
    }
  } catch {
    // Not up yet, or just being restarted.
  }
  await pause(100);
}
