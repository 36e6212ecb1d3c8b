import { RPCHandler } from '@orpc/server/ws';
import type { ApiContext, HostKind } from '../api/context.ts';
import { router } from '../api/router.ts';
import type { Caller, Core } from '../core/core.ts';
import { checkFrame, refusal } from './rpc-frame.ts';
import type { TextChannel } from './text-channel.ts';

const handler = new RPCHandler(router);

/**
 * Serves calls and events on a channel until it closes; then event streams end and give up their subscriptions.
 * A message that is no call is answered with a code, and the channel stays open.
 * @param caller who is at the other end, asked at each call
 */
export function serveChannel(core: Core, caller: () => Caller, host: HostKind, channel: TextChannel): void {
  const context: ApiContext = { core, caller, host, connection: { calls: 0, streams: 0 } };
  let deliver = (_event: { data: string }) => {};
  let close = () => {};
  // The library's WebSocket adapter serves every transport: it needs no more of a socket than this.
  const socket = {
    send: (text: string) => channel.send(text),
    addEventListener: (type: 'message' | 'close', listener: (event?: unknown) => void) => {
      if (type === 'message') deliver = listener;
      else close = listener;
    },
  };
  handler.upgrade(socket as unknown as Parameters<typeof handler.upgrade>[0], { context });
  channel.onMessage((text) => {
    const frame = checkFrame(text);
    if (frame.ok) deliver({ data: frame.text });
    else void channel.send(refusal(frame.id, frame.code, frame.message));
  });
  channel.onClose(() => close());
}
