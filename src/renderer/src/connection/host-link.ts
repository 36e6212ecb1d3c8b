/** How this page reaches its host: over WebSockets of the same origin, or over ports that the preload hands over. */
import type { ClientContext, ClientLink } from '@orpc/client';
import type { BinaryChannel } from '../../../shared/terminal-wire/channel.ts';
import { portHostLink } from './port-link.ts';
import { webHostLink } from './web-link.ts';

/** One open line for calls. `closed` resolves when either side ended it. */
export interface RpcLine {
  readonly link: ClientLink<ClientContext>;
  readonly closed: Promise<void>;
  close(): void;
}

export interface HostLink {
  readonly kind: 'web' | 'desktop';
  /** @throws HostUnauthorized when the host does not know this page; any other error means: try again later */
  openRpc(): Promise<RpcLine>;
  /** Opens the byte channel of one terminal. */
  openTerminal(terminalId: string): Promise<BinaryChannel>;
}

/** The host wants a new one-time link. */
export class HostUnauthorized extends Error {}

/** What the desktop preload offers. It answers by posting `{ type: 'ops-lab:port', nonce }` with the port to this window. */
export interface PreloadApi {
  requestPort(kind: 'rpc' | 'terminal', terminalId: string | null, nonce: string): void;
}

declare global {
  interface Window {
    opsLab?: PreloadApi;
  }
}

export function chooseHostLink(): HostLink {
  return window.opsLab ? portHostLink(window.opsLab) : webHostLink(window.location);
}
