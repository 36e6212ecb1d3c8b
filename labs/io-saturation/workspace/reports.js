// GET /report?days=N: starts the report program and answers with what it prints. At most 8 at a time.
const { spawn } = require('node:child_process');
const http = require('node:http');

const LOCK = 'work/licence.lock';
let running = 0;

function checkLicence() {
  spawn('perl', ['licence.pl', LOCK], { stdio: 'ignore' }).on('exit', () => setTimeout(checkLicence, 3000));
}

http
  .createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://reports');
    const days = Number(searchParams.get('days'));
    if (pathname === '/health') return response.end('ok\n');
    if (pathname !== '/report' || !Number.isInteger(days)) return response.writeHead(404).end();
    if (running >= 8) return response.writeHead(503).end('too many reports are being made\n');
    running += 1;
    const report = spawn('perl', ['start.pl', LOCK, 'node', 'report.js', String(days)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    report.stdout.on('data', (chunk) => {
      text += chunk;
    });
    report.on('close', (code) => {
      running -= 1;
      response.writeHead(code === 0 ? 200 : 500).end(text);
    });
  })
  .listen(Number(process.env.PORT), () => console.log('reports listens'));

checkLicence();
