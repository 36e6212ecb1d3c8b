/**
 * Process manager of this machine: starts the programs below, starts them again when they end, gives up after five failed
 * starts in a row. `node ctl.js` talks to it.
 *
 *   GET  /                       what runs
 *   POST /NAME/start             also with ?release=...: from now on this release
 *   POST /NAME/stop              SIGTERM, after 5 s SIGKILL; answers when the program has ended
 *   POST /NAME/restart           stop, then start
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { API_1_PORT, API_2_PORT, TICKER_PORT, CONTROL_PORT } = process.env;
const KILL_AFTER_MS = 5000;
const AGAIN_AFTER_MS = 1000;
const GOOD_RUN_MS = 3000;
const TRIES = 5;

class Program {
  constructor(name, command, port) {
    Object.assign(this, { name, command, port, child: null, wanted: false, failures: 0, timer: null, ended: Promise.resolve() });
  }

  get release() {
    try {
      return readFileSync(`run/${this.name}.release`, 'utf8');
    } catch {
      return '46';
    }
  }

  get state() {
    if (this.child) return `runs, process ${this.child.pid}`;
    if (this.timer) return 'ended, will be started again';
    return this.wanted ? 'given up' : 'stopped';
  }

  start(release = null) {
    if (release) writeFileSync(`run/${this.name}.release`, release);
    this.wanted = true;
    this.failures = 0;
    if (!this.child && !this.timer) this.spawn();
  }

  spawn() {
    const startedAt = Date.now();
    const env = { ...process.env, NAME: this.name, PORT: this.port, RELEASE: this.release };
    this.child = spawn(this.command[0], this.command.slice(1), { env, stdio: ['ignore', 'inherit', 'inherit'] });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.child = null;
        if (this.wanted) this.again(signal ?? `code ${code}`, Date.now() - startedAt);
        resolve(signal ?? `code ${code}`);
      });
    });
  }

  again(how, ranMs) {
    this.failures = ranMs < GOOD_RUN_MS ? this.failures + 1 : 1;
    if (this.failures === TRIES) return console.log(`manager: ${this.name} ended (${how}), given up after ${TRIES} tries`);
    console.log(`manager: ${this.name} ended (${how}), starting it again`);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.spawn();
    }, AGAIN_AFTER_MS);
  }

  async stop() {
    const began = Date.now();
    this.wanted = false;
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.child) return `${this.name} was not running`;
    const { child } = this;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    const how = await this.ended;
    clearTimeout(timer);
    return `${this.name} ended (${how}) after ${Date.now() - began} ms`;
  }
}

mkdirSync('run', { recursive: true });
const programs = [
  new Program('api-1', ['sh', 'start.sh'], API_1_PORT),
  new Program('api-2', ['sh', 'start.sh'], API_2_PORT),
  new Program('ticker', ['sh', 'ticker.sh'], TICKER_PORT),
];
for (const program of programs) program.start();

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (request.method === 'GET' && pathname === '/') {
    return response.end(programs.map(({ name, port, state }) => `${name.padEnd(8)}port ${port}  ${state}\n`).join(''));
  }
  const [, name, action] = pathname.split('/');
  const program = programs.find((each) => each.name === name);
  if (request.method !== 'POST' || !program || !['start', 'stop', 'restart'].includes(action)) return response.writeHead(404).end();
  const said = action === 'start' ? [] : [await program.stop()];
  if (action !== 'stop') {
    program.start(searchParams.get('release'));
    said.push(`${name} ${program.state}`);
  }
  // Logged once the caller has its answer, or has left: whoever reads it in the log may end this process.
  response.once('close', () => {
    for (const line of said) console.log(`manager: ${line}`);
  });
  response.end(`${said.join('\n')}\n`);
}).listen(Number(CONTROL_PORT), () => writeFileSync('run/control', CONTROL_PORT));
