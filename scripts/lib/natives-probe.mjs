// Run by natives.mjs in a process of its own, since a native module that does not fit can end it without a word.
import Database from 'better-sqlite3';
import { spawn } from 'node-pty';

const database = new Database(':memory:');
if (database.prepare('select 41 + 1').pluck().get() !== 42) throw new Error('better-sqlite3 computes wrongly');
database.close();

const pty = spawn(process.execPath, ['-e', 'process.exit(7)'], { cols: 80, rows: 24 });
const timer = setTimeout(() => {
  pty.kill();
  throw new Error('node-pty: the program in the pty did not end');
}, 10_000);
pty.onExit(({ exitCode }) => {
  clearTimeout(timer);
  if (exitCode !== 7) throw new Error(`node-pty: exit code ${exitCode} instead of 7`);
  process.exit(0);
});
