/**
 * Published ports. Nothing is published on this computer: a small program in the learner's terminal listens there, as docker-proxy
 * would, and carries connections to the container over the session's network. It ends when its standard input does.
 */
import type { Socket } from 'node:net';
import { bodyOf } from '../answers/scrub.ts';
import type { OwnRow } from '../ledger.ts';
import { Refusal } from '../refusal.ts';
import type { GateSession } from '../session.ts';

/** Run by the terminal's own Node. Says `ready`, or `used PORT`; then reads the address of the container. */
const PROGRAM = `
process.title = 'docker-proxy';
const net = require('node:net');
let address = '';
const ports = JSON.parse(process.argv[1]);
Promise.all(ports.map(([host, container]) => new Promise((resolve, reject) => {
  const server = net.createServer({ allowHalfOpen: true }, (from) => {
    const to = net.connect({ host: address, port: container, allowHalfOpen: true });
    from.on('error', () => to.destroy()); to.on('error', () => from.destroy());
    from.pipe(to); to.pipe(from);
  });
  server.on('error', () => reject(host));
  server.listen(host, '0.0.0.0', resolve);
}))).then(() => console.log('ready'), (host) => { console.log('used ' + host); process.exit(1); });
process.stdin.on('data', (line) => { address = String(line).trim(); });
process.stdin.on('end', () => process.exit(0));
`;
/** Milliseconds for the program to begin. */
const BEGIN_MS = 5_000;
const LONGEST_WORD = 200;
const RESUME_TRIES = 5;
const RESUME_AFTER_MS = 100;

export class PortForwards {
  readonly #session: GateSession;
  readonly #open = new Map<string, Socket>();

  constructor(session: GateSession) {
    this.#session = session;
  }

  /**
   * Listens on the host ports of a container, before it starts.
   * @throws Refusal in the engine's words when a program of the learner's has the port
   */
  async listen(row: OwnRow): Promise<void> {
    const ports = (row.notes.ports ?? [])
      .filter(({ container }) => container.endsWith('/tcp'))
      .map(({ container, host }) => [host, Number.parseInt(container, 10)]);
    if (!this.#session.config.forwardPorts || ports.length === 0 || this.#open.has(row.id)) return;
    const { engine, config } = this.#session;
    const path = `/containers/${config.terminalContainerId}/exec`;
    const body = { Cmd: ['node', '-e', PROGRAM, JSON.stringify(ports)], AttachStdin: true, AttachStdout: true, AttachStderr: true };
    const { Id } = await engine.call<{ Id: string }>({ method: 'POST', path, body });
    const opened = await engine.hijack({ method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false, Tty: false } });
    if ('answer' in opened) {
      opened.answer.destroy();
      return;
    }
    const { socket, first } = opened;
    const word = await firstWord(socket, first.toString('latin1'));
    const used = /used (\d+)/.exec(word)?.[1];
    if (used !== undefined) {
      socket.destroy();
      throw new Refusal(
        500,
        `driver failed programming external connectivity on endpoint ${row.name} (${row.id}): Error starting userland proxy: listen tcp4 0.0.0.0:${used}: bind: address already in use`,
      );
    }
    // A terminal without Node has no ports; the container runs all the same.
    if (!word.includes('ready')) {
      socket.destroy();
      return;
    }
    this.#open.set(row.id, socket);
    socket.resume();
    socket.once('close', () => {
      if (this.#open.get(row.id) === socket) this.#open.delete(row.id);
    });
  }

  /** Connects what listens with the container, which runs now. */
  async connect(row: OwnRow): Promise<void> {
    const socket = this.#open.get(row.id);
    if (!socket) return;
    const { engine, config } = this.#session;
    const body = bodyOf(await engine.call({ method: 'GET', path: `/containers/${row.id}/json` }));
    const networks = Object.values(bodyOf(bodyOf(body.NetworkSettings).Networks)).map(bodyOf);
    // Only the session's network is the terminal's, too.
    const address = networks.find(({ NetworkID }) => NetworkID === config.sessionNetworkId)?.IPAddress;
    if (typeof address === 'string' && address !== '') socket.write(`${address}\n`);
  }

  close(containerId: string): void {
    this.#open.get(containerId)?.end();
    this.#open.delete(containerId);
  }

  isOpen(containerId: string): boolean {
    return this.#open.has(containerId);
  }

  /** After a start of the gate, and of a container that the engine has started again. */
  async resume(row: OwnRow): Promise<void> {
    for (let tries = 0; tries < RESUME_TRIES; tries += 1) {
      try {
        await this.listen(row);
        return await this.connect(row);
      } catch {
        // The program of the run before may not have ended yet; or the port is the learner's now, and it runs without.
        await new Promise((resolve) => setTimeout(resolve, RESUME_AFTER_MS));
      }
    }
  }
}

function firstWord(socket: Socket, begun: string): Promise<string> {
  return new Promise((resolve) => {
    let text = begun;
    const done = (): void => {
      clearTimeout(timer);
      socket.off('data', take);
      socket.off('close', done);
      resolve(text);
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      // The program is the learner's Node, or what they have put in its place.
      if (text.length > LONGEST_WORD || /ready|used \d+\n/.test(text)) done();
    };
    const timer = setTimeout(done, BEGIN_MS);
    socket.on('data', take);
    socket.once('close', done);
    if (/ready|used \d+\n/.test(text)) done();
  });
}
