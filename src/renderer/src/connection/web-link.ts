/** The web host: WebSockets of the same origin, behind the cookie that the one-time link was exchanged for. */
import { RPCLink } from '@orpc/client/websocket';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { type HostLink, HostUnauthorized, type RpcLine } from './host-link.ts';

const OPEN_TIMEOUT_MS = 10_000;

/** Where the tab keeps a login that was not answered yet: the page may have to be loaded again meanwhile. */
const LOGIN_KEY = 'ops-lab:login';

export interface PendingLogin {
  /** The one-time token of the link. */
  readonly token: string;
  /** A secret of this tab: with it the token can be sent again when an answer was lost. */
  readonly attempt: string;
}

/**
 * Takes the one-time token out of the address, so that it does not stay in the history.
 * @returns the login to ask for, or one that this tab has asked for without an answer; null when there is none
 */
export function takeLogin(location: Location, history: History, storage: Storage): PendingLogin | null {
  const token = /^#token=([^&]+)$/.exec(location.hash)?.[1];
  if (!token) return JSON.parse(storage.getItem(LOGIN_KEY) ?? 'null') as PendingLogin | null;
  history.replaceState(null, '', location.pathname + location.search);
  const login = { token: decodeURIComponent(token), attempt: crypto.randomUUID() };
  storage.setItem(LOGIN_KEY, JSON.stringify(login));
  return login;
}

/**
 * Exchanges the token for a cookie. A refusal is no failure: the link may be used up while its cookie still counts.
 * @throws Error when there was no answer, or the host failed
 */
async function logIn(login: PendingLogin): Promise<void> {
  const response = await fetch('/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-opslab': '1' },
    body: JSON.stringify(login),
  });
  if (response.status >= 500) throw new Error(`Logging in answered ${response.status}.`);
}

/** A refused upgrade looks like any lost line, so the host is asked whether it still knows this page. */
async function throwIfUnauthorized(): Promise<void> {
  const response = await fetch('/api/session', { headers: { 'x-opslab': '1' } }).catch(() => null);
  if (response && (response.status === 401 || response.status === 403)) throw new HostUnauthorized();
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error('The host did not answer within 10 s.'));
    }, OPEN_TIMEOUT_MS);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      reject(new Error('The host closed the line.'));
    });
  });
}

/** A BinaryChannel over an open WebSocket. */
export function socketChannel(socket: WebSocket): BinaryChannel {
  socket.binaryType = 'arraybuffer';
  return {
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    close: () => socket.close(),
    onMessage: (listener) => {
      socket.addEventListener('message', (event) => {
        if (event.data instanceof ArrayBuffer) listener(new Uint8Array(event.data));
      });
    },
    onClose: (listener) => {
      if (socket.readyState === WebSocket.CLOSED) listener();
      else socket.addEventListener('close', () => listener(), { once: true });
    },
  };
}

export function webHostLink(location: Location): HostLink {
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  let login = takeLogin(location, window.history, sessionStorage);
  // A new link that is opened in this tab changes no more than the fragment, so the browser loads nothing.
  window.addEventListener('hashchange', () => {
    if (location.hash.startsWith('#token=')) location.reload();
  });
  return {
    kind: 'web',
    openRpc: async (): Promise<RpcLine> => {
      if (login !== null) {
        await logIn(login);
        login = null;
        sessionStorage.removeItem(LOGIN_KEY);
      }
      const socket = new WebSocket(`${base}/rpc`);
      try {
        await opened(socket);
      } catch (error) {
        await throwIfUnauthorized();
        throw error;
      }
      const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
      return { link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() };
    },
    openTerminal: async (terminalId) => {
      const socket = new WebSocket(`${base}/terminals/${terminalId}`);
      // The first frame may come between `open` and the caller's listener: it is kept until then.
      socket.binaryType = 'arraybuffer';
      const early: Uint8Array[] = [];
      const keep = (event: MessageEvent) => early.push(new Uint8Array(event.data));
      socket.addEventListener('message', keep);
      await opened(socket);
      const channel = socketChannel(socket);
      return {
        ...channel,
        onMessage: (listener) => {
          socket.removeEventListener('message', keep);
          for (const bytes of early.splice(0)) listener(bytes);
          channel.onMessage(listener);
        },
      };
    },
  };
}
