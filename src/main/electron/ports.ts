/** Hands ports over to our windows: the one thing that the renderer and the main process say to each other by IPC. */
import type { IpcMain, IpcMainEvent, MessagePortMain, WebContents } from 'electron';
import { PortRequest } from '../../shared/contract/port-request.ts';
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';
import { MAX_INPUT_BYTES } from '../../shared/terminal-wire/flow.ts';
import { MAX_IMPORT } from '../transports/rpc-frame.ts';
import { binaryChannel, GuardedPort, type PortLimits } from './guarded-port.ts';
import { isTrustedSender } from './sender.ts';

/** The only channel, in both directions; the preload knows it too. */
export const PORT_CHANNEL = 'ops-lab:port';

/** An imported learner is the largest call, as on every transport. */
const RPC_LIMITS: PortLimits = { maxBytes: MAX_IMPORT, maxPerSecond: 2_000 };
/** One frame, with its kind byte. A viewer at 15 MB/s sends 300 acknowledgements a second. */
const TERMINAL_LIMITS: PortLimits = { maxBytes: MAX_INPUT_BYTES + 1, maxPerSecond: 4_000 };
/** Ports that one window may hold: every terminal of every open session, and calls. */
const MAX_PORTS = 64;

export interface PortTargets {
  /** Serves calls on `port` until it closes. */
  connectRpc(port: GuardedPort): void;
  /** Binds `channel` to the terminal. @throws OpsLabError `not-found` */
  attachTerminal(terminalId: string, channel: BinaryChannel): void;
}

export interface PortHost {
  readonly ipcMain: IpcMain;
  makeChannel(): { port1: MessagePortMain; port2: MessagePortMain };
  /** Whether these are the contents of one of our windows. */
  isOurs(contents: WebContents): boolean;
  refused(reason: string): void;
}

/**
 * Answers requests for ports from now on. A port serves one purpose that is fixed when it is made; it closes when its
 * window navigates, reloads, crashes or closes. A request for a terminal that does not exist gets a port that closes at once.
 */
export function handOverPorts(host: PortHost, targets: PortTargets): void {
  const held = new WeakMap<WebContents, Set<GuardedPort>>();

  host.ipcMain.on(PORT_CHANNEL, (event: IpcMainEvent, ...args: unknown[]) => {
    const contents = event.sender;
    if (!host.isOurs(contents) || !isTrustedSender(event.senderFrame, contents.mainFrame)) {
      return host.refused('a port was asked for by a frame that is not the main frame of a window of ours');
    }
    const request = PortRequest.safeParse(args[0]);
    if (!request.success || args.length !== 1) return host.refused(`a port was asked for in a wrong form`);
    const ports = held.get(contents) ?? new Set();
    if (!held.has(contents)) {
      held.set(contents, ports);
      closeWithDocument(contents, ports);
    }
    if (ports.size >= MAX_PORTS) return host.refused(`a window asked for more than ${MAX_PORTS} ports`);

    const { port1, port2 } = host.makeChannel();
    const port = new GuardedPort(port1, request.data.kind === 'rpc' ? RPC_LIMITS : TERMINAL_LIMITS);
    ports.add(port);
    port.on('close', () => ports.delete(port));
    contents.postMessage(PORT_CHANNEL, request.data.nonce, [port2]);
    if (request.data.kind === 'rpc') {
      targets.connectRpc(port);
      return;
    }
    try {
      targets.attachTerminal(request.data.terminalId, binaryChannel(port));
    } catch (error) {
      port.close();
      host.refused(`no terminal for a port: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Closes the ports of a window's document when that document goes away. */
function closeWithDocument(contents: WebContents, ports: Set<GuardedPort>): void {
  const closeAll = () => {
    for (const port of [...ports]) port.close();
  };
  contents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) closeAll();
  });
  contents.on('render-process-gone', closeAll);
  contents.on('destroyed', closeAll);
}
