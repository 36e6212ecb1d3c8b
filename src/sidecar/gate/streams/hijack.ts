/** attach and exec: after the policy has agreed, and the engine too, bytes in both directions. */
import type { Socket } from 'node:net';
import { type EngineCall, EngineRefusal, messageOf } from '../engine-client.ts';
import type { GateRequest } from '../gate.ts';

/** Switches the connection, or answers as the engine does. */
export async function hijack(request: GateRequest, call: EngineCall): Promise<void> {
  const { session, exchange } = request;
  const opened = await session.engine.hijack({ ...call, signal: exchange.signal });
  if ('answer' in opened) {
    const text = await session.engine.readAll(opened.answer).catch(() => '');
    const status = opened.answer.statusCode ?? 502;
    exchange.reply.close = true;
    if (status < 400) throw new Error('the engine did not switch');
    throw new EngineRefusal(status, messageOf(safeParse(text)));
  }
  let client: Socket;
  try {
    client = exchange.hijack();
  } catch (error) {
    opened.socket.destroy();
    throw error;
  }
  exchange.reply.switchProtocols(exchange.head.upgrade === 'tcp', 'application/vnd.docker.raw-stream');
  if (opened.first.length > 0) client.write(opened.first);
  await join(client, opened.socket);
}

/** Half-closes are passed on; back-pressure too. Resolves when both are closed. */
function join(client: Socket, engine: Socket): Promise<void> {
  return new Promise((resolve) => {
    let open = 2;
    const closed = (other: Socket) => (): void => {
      open -= 1;
      // What was written before is still sent.
      if (!other.destroyed) other.destroySoon();
      if (open === 0) resolve();
    };
    client.once('close', closed(engine));
    engine.once('close', closed(client));
    engine.on('error', () => engine.destroy());
    client.pipe(engine);
    engine.pipe(client);
    if (client.destroyed) engine.destroy();
  });
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
