/** PostgreSQL's own programs, run to their end. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns exit code and what it printed */
export function command(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const parts = [];
  child.stdout.on('data', (chunk) => parts.push(chunk));
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 127, text: '' }));
    child.on('close', (code) => resolve({ code: code ?? 128, text: Buffer.concat(parts).toString('utf8') }));
  });
}

/** @returns transactions, each with when it was due (ms since 1970) and the milliseconds from then on: what is late counts as late */
export async function transactions({ script, clients, rate }, seconds) {
  const folder = await mkdtemp(join(tmpdir(), 'pgbench-'));
  try {
    const { code } = await command('pgbench', [
      ...['-n', '-f', script, '-c', String(clients), '-R', String(rate), '-T', String(seconds)],
      ...['-l', '--log-prefix', join(folder, 'log')],
    ]);
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    return { code, list: texts.join('').split('\n').filter(Boolean).map(transaction) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of pgbench's log: client, number, microseconds, script, and the end in seconds and microseconds. */
function transaction(line) {
  const [, , took, , seconds, microseconds] = line.split(' ').map(Number);
  const milliseconds = took / 1000;
  return { at: seconds * 1000 + microseconds / 1000 - milliseconds, milliseconds };
}
