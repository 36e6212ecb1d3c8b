/**
 * What a stretch of toll road costs.
 *
 *   GET /health              200 {"release":...,"pid":...}
 *   GET /toll?km=N&axles=N   200 {"release":...,"cents":...}
 *   GET /report              200, five lines in a quarter of a second
 */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { NAME: name, PORT: port, RELEASE: release } = process.env;

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/health') return send(response, { release, pid: process.pid });
  if (url.pathname === '/toll') {
    const km = Number(url.searchParams.get('km'));
    const axles = Number(url.searchParams.get('axles'));
    return send(response, { release, cents: km * (8 + 3 * axles) });
  }
  if (url.pathname !== '/report') return response.writeHead(404).end();
  for (let line = 1; line <= 5; line += 1) {
    response.write(`${release} line ${line} of 5\n`);
    await pause(50);
  }
  response.end();
});

function send(response, body) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

server.on('error', (error) => {
  console.error(`${name}: ${error.message}`);
  process.exit(1);
});
server.listen({ port: Number(port), reusePort: true }, () => console.log(`${name} listens on ${port}, process ${process.pid}`));

// Answers what has been asked, then ends.
process.on('SIGTERM', () => {
  console.log(`${name} was asked to end, process ${process.pid}`);
  server.close(() => process.exit(0));
});
