/**
 * Brings one release to api-1, and remembers what is out of the learner's reach to remember:
 *
 *   GET  /            {"release":...,"before":PID}   409 until the release was delivered
 *   GET  /note/NAME   what a check noted last
 *   PUT  /note/NAME
 *
 * For rates it has an agent on the machine, which asks for jobs; a check gives them:
 *
 *   POST /rates       with a job, such as `deploy 8`; answers when the agent has done it
 *   GET  /job         the next job, for the agent; 204 when there is none for a while
 *   POST /job/done
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { PORT, MANAGER_URL, API_URL } = process.env;
const release = `47-${randomBytes(2).toString('hex')}`;
let delivered = null;
const notes = new Map();
/** How long the agent's question is left open. */
const QUIET_MS = 20_000;
/** `{ text, answer }` of a check that waits; at most one. */
let job = null;
let agent = null;

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Gives the waiting job to the waiting agent, once there are both. */
function handOver() {
  if (job === null || job.taken || agent === null) return;
  job.taken = true;
  agent.end(`${job.text}\n`);
  agent = null;
}

function ask(response) {
  agent?.writeHead(204).end();
  agent = response;
  const timer = setTimeout(() => agent === response && response.writeHead(204).end(), QUIET_MS);
  response.on('close', () => {
    clearTimeout(timer);
    if (agent === response) agent = null;
  });
  handOver();
}

createServer(async (request, response) => {
  const { method, url } = request;
  if (url.startsWith('/note/')) {
    if (method === 'PUT') notes.set(url, await read(request));
    return response.end(notes.get(url) ?? '{}');
  }
  if (url === '/job') return ask(response);
  if (url === '/job/done') {
    job?.answer.end();
    return response.end();
  }
  if (url === '/rates') {
    const text = await read(request);
    job?.answer.writeHead(409).end();
    const mine = { text, taken: false, answer: response };
    job = mine;
    response.on('close', () => {
      if (job === mine) job = null;
    });
    return handOver();
  }
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
