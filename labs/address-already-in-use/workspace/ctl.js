/** node ctl.js: what runs. node ctl.js start|stop|restart NAME: asks the manager for it. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 5000;
const [action, name] = process.argv.slice(2);
const until = Date.now() + PATIENCE_MS;

async function ask() {
  const manager = `http://localhost:${readFileSync(new URL('run/control', import.meta.url), 'utf8')}`;
  return fetch(action ? `${manager}/${name}/${action}` : manager, { method: action ? 'POST' : 'GET' });
}

for (;;) {
  try {
    const answer = await ask();
    process.stdout.write(answer.ok ? await answer.text() : 'usage: node ctl.js [start|stop|restart NAME]\n');
    process.exitCode = answer.ok ? 0 : 1;
    break;
  } catch {
    // Perhaps it is just being started.
    if (Date.now() > until) {
      console.error('The manager does not answer. Does the service apps run?');
      process.exit(1);
    }
    await pause(100);
  }
}
