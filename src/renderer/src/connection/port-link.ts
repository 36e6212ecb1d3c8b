/** The desktop host: MessagePorts through the preload. Ports cannot cross the context bridge, so they come by window message. */
import { RPCLink } from '@orpc/client/message-port';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import type { HostLink, PreloadApi, RpcLine } from './host-link.ts';

const PORT_TIMEOUT_MS = 10_000;

function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function requestPort(api: PreloadApi, kind: 'rpc' | 'terminal', terminalId: string | null): Promise<MessagePort> {
  const nonce = newNonce();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      window.removeEventListener('message', onMessage);
      reject(new Error('The desktop host did not hand over a port within 10 s.'));
    }, PORT_TIMEOUT_MS);
    const onMessage = (event: MessageEvent) => {
      const port = event.ports[0];
      if (event.source !== window || event.data?.type !== 'ops-lab:port' || event.data.nonce !== nonce || !port) return;
      clearTimeout(timer);
      window.removeEventListener('message', onMessage);
      resolve(port);
    };
    window.addEventListener('message', onMessage);
    api.requestPort(kind, terminalId, nonce);
  });
}

/**
 * Calls `end` when the host has closed the port. Chromium gives a page no event for that, so the host's last message is an
 * empty one. Call it before anything else listens: nobody else shall see that message.
 */
function onHostClose(port: MessagePort, end: () => void): void {
  port.addEventListener('message', (event) => {
    if (!(event.data instanceof Uint8Array) || event.data.length > 0) return;
    event.stopImmediatePropagation();
    port.close();
    end();
  });
}

/** A BinaryChannel over a MessagePort. */
export function portChannel(port: MessagePort): BinaryChannel {
  let onClose = () => {};
  let closed = false;
  const end = () => {
    if (closed) return;
    closed = true;
    onClose();
  };
  onHostClose(port, end);
  return {
    send: (bytes) => {
      if (!closed) port.postMessage(bytes);
    },
    close: () => {
      port.close();
      end();
    },
    onMessage: (listener) => {
      port.addEventListener('message', (event) => listener(new Uint8Array(event.data)));
      port.start();
    },
    onClose: (listener) => {
      onClose = listener;
      if (closed) listener();
    },
  };
}

export function portHostLink(api: PreloadApi): HostLink {
  return {
    kind: 'desktop',
    openRpc: async (): Promise<RpcLine> => {
      const port = await requestPort(api, 'rpc', null);
      const closed = new Promise<void>((resolve) => onHostClose(port, resolve));
      const link = new RPCLink({ port });
      port.start();
      return { link, closed, close: () => port.close() };
    },
    openTerminal: async (terminalId) => portChannel(await requestPort(api, 'terminal', terminalId)),
  };
}
