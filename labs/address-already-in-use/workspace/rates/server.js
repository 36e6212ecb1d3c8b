/**
 * Exchange rates. Runs in the container rates.
 *
 *   port 7080  GET /rate?cents=N   200 {"release":...,"instance":...,"cents":...}: N euro cents in kronor
 *   port 7090  GET /metrics        200 {"release":...,"instance":...,"answered":...}
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const { RELEASE: release } = process.env;
const instance = randomBytes(4).toString('hex');
let answered = 0;

const rates = createServer((request, response) => {
  const cents = Number(new URL(request.url, 'http://localhost').searchParams.get('cents'));
  answered += 1;
  send(response, { release, instance, cents: Math.round((cents * 1127) / 100) });
});
const metrics = createServer((_request, response) => send(response, { release, instance, answered }));

function send(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}

rates.listen(7080);
metrics.listen(7090, () => console.log(`rates, release ${release}, instance ${instance}`));

// Answers what has been asked, then ends.
process.on('SIGTERM', () => {
  rates.close();
  metrics.close();
});
