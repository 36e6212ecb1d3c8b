/** Both ends in one process: for the command line and for tests. */
import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';
import type { Caller, Core } from '../core/core.ts';
import { serveChannel } from './serve-rpc.ts';
import type { TextChannel } from './text-channel.ts';

interface End<T> {
  send(message: T): void;
  close(): void;
  onMessage(listener: (message: T) => void): void;
  onClose(listener: () => void): void;
}

/** Two ends of one channel. Messages arrive in a later tick, as on every other transport. */
function pair<T>(): [End<T>, End<T>] {
  const messageListeners: ((message: T) => void)[] = [() => {}, () => {}];
  const closeListeners: ((() => void) | null)[] = [null, null];
  let open = true;
  const end = (own: 0 | 1): End<T> => ({
    send: (message) => {
      if (open) setImmediate(() => open && messageListeners[1 - own]?.(message));
    },
    close: () => {
      if (!open) return;
      open = false;
      setImmediate(() => {
        for (const listener of closeListeners) listener?.();
      });
    },
    onMessage: (listener) => {
      messageListeners[own] = listener;
    },
    onClose: (listener) => {
      closeListeners[own] = listener;
    },
  });
  return [end(0), end(1)];
}

/** @returns the two ends of a line within this process */
export function memoryTextChannels(): [TextChannel, TextChannel] {
  return pair<string | null>() as [TextChannel, TextChannel];
}

/** @returns the two ends of a line within this process */
export function memoryBinaryChannels(): [BinaryChannel, BinaryChannel] {
  const [one, other] = pair<Uint8Array>();
  // As a copy: on every other transport the receiver's bytes are its own.
  const copying = (end: End<Uint8Array>): BinaryChannel => ({ ...end, send: (bytes) => end.send(bytes.slice()) });
  return [copying(one), copying(other)];
}

/** @returns the caller's end */
export function serveMemory(core: Core, caller: () => Caller): TextChannel {
  const [far, near] = memoryTextChannels();
  serveChannel(core, caller, 'memory', near);
  return far;
}
