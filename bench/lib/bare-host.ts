/**
 * The floor of a terminal in a browser: a pty, a WebSocket and xterm.js, and nothing else. No sessions, no flow control, no
 * recording. Run as a program it serves one page on loopback and prints its address; each page has `?terminals=N` shells.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node-pty';
import { WebSocketServer } from 'ws';

const require = createRequire(import.meta.url);
const FILES: Record<string, [string, string]> = {
  '/xterm.js': ['text/javascript', readFileSync(require.resolve('@xterm/xterm'), 'utf8')],
  '/xterm.css': ['text/css', readFileSync(require.resolve('@xterm/xterm/css/xterm.css'), 'utf8')],
  '/page.js': ['text/javascript', readFileSync(new URL('./bare-page.js', import.meta.url), 'utf8')],
};
const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="xterm.css"><body><script src="xterm.js"></script><script src="page.js"></script>';

const server = createServer((request, response) => {
  const [type, text] = FILES[request.url ?? ''] ?? ['text/html', PAGE];
  response.writeHead(200, { 'content-type': type }).end(text);
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const programs = new Set<ReturnType<typeof spawn>>();
sockets.on('connection', (socket, request) => {
  const size = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const program = spawn('/bin/bash', ['--norc', '--noprofile'], {
    name: 'xterm-256color',
    cols: Number(size.get('cols')),
    rows: Number(size.get('rows')),
    cwd: '/',
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', PS1: '$ ', HISTFILE: '' },
    encoding: null,
  });
  programs.add(program);
  program.onData((data) => socket.readyState === socket.OPEN && socket.send(data));
  program.onExit(() => {
    programs.delete(program);
    socket.close();
  });
  socket.on('message', (data) => program.write(data as Buffer));
  socket.on('close', () => programs.has(program) && program.kill('SIGKILL'));
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));

process.on('SIGTERM', () => {
  for (const program of programs) program.kill('SIGKILL');
  process.exit(0);
});
