/**
 * Hands ports over to the page, nothing else. The page asks with a nonce that it made up; the port comes as a message event
 * `{ type: 'ops-lab:port', nonce }` with the port in `event.ports[0]`, once, to the renderer's exact origin.
 */
import { contextBridge, ipcRenderer } from 'electron';

declare const window: { postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void };

const CHANNEL = 'ops-lab:port';
const UI_ORIGIN = 'app://ui';

/** Nonces of requests without an answer; an answer that nobody asked for is dropped. */
const pending = new Set<string>();

ipcRenderer.on(CHANNEL, (event, nonce: unknown) => {
  const [port] = event.ports;
  if (typeof nonce !== 'string' || port === undefined || !pending.delete(nonce)) return;
  window.postMessage({ type: CHANNEL, nonce }, UI_ORIGIN, [port]);
});

contextBridge.exposeInMainWorld('opsLab', {
  /** `kind` is `rpc` (then `terminalId` is null) or `terminal`. The main process checks everything again. */
  requestPort(kind: string, terminalId: string | null, nonce: string): void {
    pending.add(nonce);
    ipcRenderer.send(CHANNEL, { kind, terminalId: terminalId ?? null, nonce });
  },
});
