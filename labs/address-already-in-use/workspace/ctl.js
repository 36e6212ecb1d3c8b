/** node ctl.js: what runs. node ctl.js start|stop|restart NAME: asks the manager for it. */
import { readFileSync } from 'node:fs';

const [action, name] = process.argv.slice(2);
const manager = `http://localhost:${readFileSync(new URL('run/control', import.meta.url), 'utf8')}`;
const answer = await fetch(action ? `${manager}/${name}/${action}` : manager, { method: action ? 'POST' : 'GET' });
process.stdout.write(answer.ok ? await answer.text() : 'usage: node ctl.js [start|stop|restart NAME]\n');
