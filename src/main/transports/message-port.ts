/** Message ports: Electron's MessagePortMain, Node's MessagePort, and whatever guards one. Imports neither. */
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';
import type { Caller, Core } from '../core/core.ts';
import { serveChannel } from './serve-rpc.ts';
import type { TextChannel } from './text-channel.ts';

interface PortBase {
  postMessage(data: unknown): void;
  /** Messages queue up until this is called. */
  start(): void;
  close(): void;
}

/** As Electron has it. */
export interface EmitterPort extends PortBase {
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** As the web and Node have it. */
export interface EventTargetPort extends PortBase {
  addEventListener(event: 'message', listener: (message: { readonly data: unknown }) => void): unknown;
  addEventListener(event: 'close', listener: () => void): unknown;
}

export type Port = EmitterPort | EventTargetPort;

interface PortEnd {
  onData(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
  post(data: unknown): void;
  close(): void;
}

function endOf(port: Port): PortEnd {
  let open = true;
  const closeListeners: (() => void)[] = [];
  const closed = () => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener();
  };
  if ('addEventListener' in port) port.addEventListener('close', closed);
  else port.on('close', closed);
  return {
    onData: (listener) => {
      const receive = ({ data }: { readonly data: unknown }) => {
        if (open) listener(data);
      };
      if ('addEventListener' in port) port.addEventListener('message', receive);
      else port.on('message', receive);
      port.start();
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
    post: (data) => {
      if (open) port.postMessage(data);
    },
    close: () => {
      if (!open) return;
      port.close();
      closed();
    },
  };
}

/** @returns a channel that gives null for anything but text */
export function portTextChannel(port: Port): TextChannel {
  const end = endOf(port);
  return {
    send: (text) => end.post(text),
    close: end.close,
    onMessage: (listener) => end.onData((data) => listener(typeof data === 'string' ? data : null)),
    onClose: end.onClose,
  };
}

/** A terminal's channel. What is not bytes is no frame and closes it. */
export function portBinaryChannel(port: Port): BinaryChannel {
  const end = endOf(port);
  return {
    // A view into a larger buffer would be cloned together with all of that buffer.
    send: (bytes) => end.post(bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()),
    close: end.close,
    onMessage: (listener) =>
      end.onData((data) => {
        if (data instanceof Uint8Array) listener(data);
        else if (data instanceof ArrayBuffer) listener(new Uint8Array(data));
        else end.close();
      }),
    onClose: end.onClose,
  };
}

/** Serves calls and events on a port of the desktop window until it closes. */
export function serveRpc(core: Core, caller: () => Caller, port: Port): void {
  serveChannel(core, caller, 'electron', portTextChannel(port));
}
