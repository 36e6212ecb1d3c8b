/** The one IPC channel: whatever a page sends on it, nothing but a request in the right form gets a port. */
import { EventEmitter } from 'node:events';
import type { IpcMain, MessagePortMain, WebContents } from 'electron';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handOverPorts, PORT_CHANNEL, type PortTargets } from './ports.ts';

const TERMINAL = 'a'.repeat(32);
const mainFrame = { url: 'app://ui/', parent: null, detached: false, frameTreeNodeId: 1 };

class Port extends EventEmitter {
  closed = false;
  postMessage() {}
  start() {}
  close() {
    this.closed = true;
  }
}

function host(targets: Partial<PortTargets> = {}) {
  const ipcMain = new EventEmitter();
  const contents = Object.assign(new EventEmitter(), { mainFrame, posted: 0, postMessage: () => contents.posted++ });
  const refused: string[] = [];
  const ports: Port[] = [];
  handOverPorts(
    {
      ipcMain: ipcMain as unknown as IpcMain,
      makeChannel: () => {
        const port = new Port();
        ports.push(port);
        return { port1: port as unknown as MessagePortMain, port2: new Port() as unknown as MessagePortMain };
      },
      isOurs: (asked) => asked === (contents as unknown as WebContents),
      refused: (reason) => refused.push(reason),
    },
    { connectRpc: () => {}, attachTerminal: () => {}, ...targets },
  );
  const ask = (...args: unknown[]) => ipcMain.emit(PORT_CHANNEL, { sender: contents, senderFrame: mainFrame }, ...args);
  return { ask, contents, refused, ports };
}

test('10 000 malformed requests are each refused, no port is made, and the next good one is answered', () => {
  const { ask, contents, refused, ports } = host();
  const request = fc.record(
    {
      kind: fc.oneof(fc.constantFrom('rpc', 'terminal', 'shell', '__proto__'), fc.anything()),
      terminalId: fc.oneof(fc.constantFrom(null, TERMINAL, '../../x', 'A'.repeat(32)), fc.anything()),
      nonce: fc.oneof(fc.constantFrom('n'.repeat(8), 'n'.repeat(200), '<script>'), fc.anything()),
    },
    { requiredKeys: [] },
  );
  const message = fc.oneof(fc.anything(), fc.array(fc.anything(), { maxLength: 4 }), request, fc.json());
  const messages = fc.sample(message, { numRuns: 10_000, seed: 4 });
  for (const each of messages) ask(each);
  expect(refused).toHaveLength(10_000);
  expect([ports.length, contents.posted]).toEqual([0, 0]);
  const good = { kind: 'rpc', terminalId: null, nonce: 'n'.repeat(20) };
  ask(good, 'and more');
  expect(refused).toHaveLength(10_001);
  ask(good);
  expect([ports.length, contents.posted, refused.length]).toEqual([1, 1, 10_001]);
});

test('10 000 requests for terminals that do not exist leave no port open', () => {
  const { ask, refused, ports } = host({
    attachTerminal: () => {
      throw new Error('There is no such terminal.');
    },
  });
  for (let index = 0; index < 10_000; index++)
    ask({ kind: 'terminal', terminalId: index.toString(16).padStart(32, '0'), nonce: 'n'.repeat(20) });
  expect(refused).toHaveLength(10_000);
  expect(ports.filter(({ closed }) => !closed)).toEqual([]);
});
