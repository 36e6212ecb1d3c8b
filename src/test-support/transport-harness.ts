/** Test support: each transport with a caller's end that works as the renderer's does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocketServer, WebSocket as WsSocket } from 'ws';
import type { Caller, Core } from '../main/core/core.ts';
import { memoryBinaryChannels, serveMemory } from '../main/transports/memory.ts';
import { portBinaryChannel, portTextChannel, serveRpc } from '../main/transports/message-port.ts';
import { serveSocket, socketBinaryChannel } from '../main/transports/websocket.ts';
import type { Contract } from '../shared/contract/contract.ts';
import type { BinaryChannel } from '../shared/terminal-wire/channel.ts';

export type Client = ContractRouterClient<Contract>;

export interface Line {
  readonly client: Client;
  close(): void;
}

/** A line without the client: for what no client would send. */
export interface RawLine {
  send(message: string | Uint8Array): void;
  onText(listener: (text: string) => void): void;
  readonly open: boolean;
  close(): void;
}

export interface Transport {
  connect(): Promise<Line>;
  connectRaw(): Promise<RawLine>;
  openTerminal(terminalId: string): Promise<BinaryChannel>;
  stop(): Promise<void>;
}

export type StartTransport = (core: Core, caller: () => Caller) => Promise<Transport>;

export const memory: StartTransport = async (core, caller) => ({
  connect: async () => {
    const channel = serveMemory(core, caller);
    const socket = {
      readyState: 1,
      send: (text: string) => channel.send(text),
      addEventListener: (type: string, listener: (event: { data: string | null }) => void) => {
        if (type === 'message') channel.onMessage((data) => listener({ data }));
        if (type === 'close') channel.onClose(() => listener({ data: null }));
      },
      removeEventListener: () => {},
    };
    const link = new SocketLink({ websocket: socket as unknown as WebSocket });
    return { client: createORPCClient(link), close: () => channel.close() };
  },
  connectRaw: async () => {
    const channel = serveMemory(core, caller);
    let open = true;
    channel.onClose(() => {
      open = false;
    });
    return {
      send: (message) => void channel.send(typeof message === 'string' ? message : (null as unknown as string)),
      onText: (listener) => channel.onMessage((text) => listener(text ?? '')),
      get open() {
        return open;
      },
      close: () => channel.close(),
    };
  },
  openTerminal: async (terminalId) => {
    const [far, near] = memoryBinaryChannels();
    core.sessions.attachTerminal(caller(), terminalId, near);
    return far;
  },
  stop: async () => {},
});

export const messagePort: StartTransport = async (core, caller) => ({
  connect: async () => {
    const { port1, port2 } = new MessageChannel();
    serveRpc(core, caller, port1);
    const link = new PortLink({ port: port2 as never });
    port2.start();
    return { client: createORPCClient(link), close: () => port2.close() };
  },
  connectRaw: async () => {
    const { port1, port2 } = new MessageChannel();
    serveRpc(core, caller, port1);
    let open = true;
    port2.on('close', () => {
      open = false;
    });
    return {
      send: (message) => port2.postMessage(message),
      onText: (listener) => port2.on('message', listener),
      get open() {
        return open;
      },
      close: () => port2.close(),
    };
  },
  openTerminal: async (terminalId) => {
    const { port1, port2 } = new MessageChannel();
    core.sessions.attachTerminal(caller(), terminalId, portBinaryChannel(port1));
    return portBinaryChannel(port2);
  },
  stop: async () => {},
});

/** An Electron-like port: events by `on`, with the message in `data`. */
export const emitterPort: StartTransport = async (core, caller) => {
  const base = await messagePort(core, caller);
  return {
    ...base,
    connect: async () => {
      const { port1, port2 } = new MessageChannel();
      serveRpc(core, caller, {
        postMessage: (data) => port1.postMessage(data),
        start: () => port1.start(),
        close: () => port1.close(),
        on: (event: 'message' | 'close', listener: ((message: { data: unknown }) => void) & (() => void)) =>
          event === 'message' ? port1.on('message', (data) => listener({ data })) : port1.on('close', () => listener()),
      });
      const link = new PortLink({ port: port2 as never });
      port2.start();
      return { client: createORPCClient(link), close: () => port2.close() };
    },
    connectRaw: async () => {
      const { port1, port2 } = new MessageChannel();
      const channel = portTextChannel(port2);
      serveRpc(core, caller, port1);
      let open = true;
      channel.onClose(() => {
        open = false;
      });
      return {
        send: (message) => port2.postMessage(message),
        onText: (listener) => channel.onMessage((text) => listener(text ?? '')),
        get open() {
          return open;
        },
        close: () => channel.close(),
      };
    },
  };
};

function opened(socket: WsSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
}

/**
 * A terminal's channel from the viewer's end. The first frame may come with the answer to the upgrade, before whoever
 * waits for the channel can listen, and `ws` keeps nothing for later: so nothing is read until somebody listens.
 */
async function viewerChannel(socket: WsSocket): Promise<BinaryChannel> {
  socket.once('open', () => socket.pause());
  await opened(socket);
  const channel = socketBinaryChannel(socket);
  return {
    ...channel,
    onMessage: (listener) => {
      channel.onMessage(listener);
      socket.resume();
    },
  };
}

export const webSocket: StartTransport = async (core, caller) => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, raw, head) => {
    sockets.handleUpgrade(request, raw, head, (socket) => {
      if (request.url === '/rpc') return serveSocket(core, caller, socket);
      try {
        core.sessions.attachTerminal(caller(), request.url?.slice(1) ?? '', socketBinaryChannel(socket));
      } catch {
        socket.close(4404);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dial = (path: string) => new WsSocket(`${base}/${path}`, { perMessageDeflate: false });
  const open = async () => {
    const socket = dial('rpc');
    await opened(socket);
    return socket;
  };
  return {
    connect: async () => {
      const socket = await open();
      return { client: createORPCClient(new SocketLink({ websocket: socket as unknown as WebSocket })), close: () => socket.close() };
    },
    connectRaw: async () => {
      const socket = await open();
      return {
        send: (message) => socket.send(message),
        onText: (listener) => socket.on('message', (data) => listener(data.toString())),
        get open() {
          return socket.readyState === socket.OPEN;
        },
        close: () => socket.close(),
      };
    },
    openTerminal: (terminalId) => viewerChannel(dial(terminalId)),
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
