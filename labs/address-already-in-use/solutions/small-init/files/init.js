/** node init.js PROGRAM...: passes signals on to everything that the program has started, and ends when all of it has. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const [file, ...args] = process.argv.slice(2);
const child = spawn(file, args, { stdio: 'inherit', detached: true });

function signalGroup(signal) {
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => signalGroup(signal));
const code = await new Promise((resolve) => child.once('exit', resolve));
while (signalGroup(0)) await pause(20);
process.exit(code ?? 1);
