/** WebSockets of the `ws` package, after the upgrade. Who may upgrade is the web host's matter. */
import type { RawData, WebSocket } from 'ws';
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';
import type { Caller, Core } from '../core/core.ts';
import { serveChannel } from './serve-rpc.ts';
import type { TextChannel } from './text-channel.ts';

/** Bytes that may wait in a socket before the sender is made to wait. */
const PAUSE_ABOVE = 1024 * 1024;
/** Beyond this many waiting bytes the other end is taken for dead: an export is the largest thing that is ever sent. */
const GIVE_UP_ABOVE = 192 * 1024 * 1024;

/** Codes of RFC 6455 that we close with. */
export const CLOSE = { unsupported: 1003, policy: 1008, tooBig: 1009 } as const;

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A socket without this would throw when the other end breaks the protocol; `close` follows, and is what is acted on. */
function ignoreErrors(socket: WebSocket): void {
  socket.on('error', () => {});
}

/** @returns a channel that gives null for anything but text, and gives up a peer that does not read */
export function socketTextChannel(socket: WebSocket): TextChannel {
  ignoreErrors(socket);
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > GIVE_UP_ABOVE) {
        socket.terminate();
        return;
      }
      if (socket.bufferedAmount < PAUSE_ABOVE) {
        socket.send(text);
        return;
      }
      return new Promise((resolve) => socket.send(text, () => resolve()));
    },
    close: () => socket.close(),
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        listener(isBinary ? null : Buffer.from(bytesOf(data)).toString('utf8'));
        // Whoever only sends and never reads must not fill our memory with answers.
        if (socket.bufferedAmount > PAUSE_ABOVE && !socket.isPaused) {
          socket.pause();
          const resume = setInterval(() => {
            if (socket.bufferedAmount > PAUSE_ABOVE && socket.readyState === socket.OPEN) return;
            clearInterval(resume);
            socket.resume();
          }, 20);
          resume.unref();
        }
      });
    },
    onClose: (listener) => {
      socket.once('close', () => listener());
    },
  };
}

/** A terminal's channel. Text is no frame and closes it. */
export function socketBinaryChannel(socket: WebSocket): BinaryChannel {
  ignoreErrors(socket);
  return {
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes);
    },
    close: () => socket.close(),
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        if (isBinary) listener(bytesOf(data));
        else socket.close(CLOSE.unsupported);
      });
    },
    onClose: (listener) => {
      socket.once('close', () => listener());
    },
  };
}

/** Serves calls and events until the socket closes. */
export function serveSocket(core: Core, caller: () => Caller, socket: WebSocket): void {
  serveChannel(core, caller, 'web', socketTextChannel(socket));
}
