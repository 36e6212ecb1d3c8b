import type { BinaryChannel } from '../../shared/terminal-wire/channel.ts';

export interface LateChannel {
  /** The channel that can be handed out before its transport is there. */
  readonly channel: BinaryChannel;
  /** Gives it its transport: what was sent until then goes out. Call it once. */
  bind(transport: BinaryChannel): void;
  /** Closes it when no transport will come. */
  abandon(): void;
}

/** So that a terminal can refuse a viewer before the connection to it is accepted. */
export function lateChannel(): LateChannel {
  let transport: BinaryChannel | null = null;
  let closed = false;
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  let onMessage = (_bytes: Uint8Array) => {};
  let onClose = () => {};
  const end = () => {
    if (closed) return;
    closed = true;
    onClose();
  };
  return {
    channel: {
      send: (bytes) => {
        if (closed) return;
        if (transport === null) waiting.push(bytes);
        else transport.send(bytes);
      },
      close: () => {
        transport?.close();
        end();
      },
      onMessage: (listener) => {
        onMessage = listener;
      },
      onClose: (listener) => {
        onClose = listener;
      },
    },
    bind: (real) => {
      if (closed) return real.close();
      transport = real;
      real.onMessage((bytes) => onMessage(bytes));
      real.onClose(end);
      for (const bytes of waiting.splice(0)) real.send(bytes);
    },
    abandon: end,
  };
}
