/** Carries an answer of the engine to the learner as it comes: with back-pressure, and over when either side is. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type EngineCall, EngineRefusal, messageOf } from '../engine-client.ts';
import type { GateRequest } from '../gate.ts';
import { jsonLines } from './json-lines.ts';

/** @returns the answer's stream @throws EngineRefusal */
export async function openStream(request: GateRequest, call: EngineCall): Promise<IncomingMessage> {
  const { engine } = request.session;
  const answer = await engine.stream({ ...call, signal: request.exchange.signal });
  if ((answer.statusCode ?? 502) < 400) return answer;
  let message = '';
  try {
    message = messageOf(JSON.parse(await engine.readAll(answer)));
  } catch {
    message = 'the engine refused';
  }
  throw new EngineRefusal(answer.statusCode ?? 502, message);
}

/** @param most bytes after which the stream is cut */
export async function relayBytes(
  request: GateRequest,
  stream: Readable,
  type: string,
  most = Number.POSITIVE_INFINITY,
  headers = {},
): Promise<void> {
  const { reply } = request.exchange;
  reply.begin(200, type, headers);
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > most) throw new Error('more than the lab lets out');
      await reply.write(chunk);
    }
    reply.end();
  } finally {
    stream.destroy();
  }
}

/** @param change makes the learner's line of the engine's; null leaves it out */
export async function relayLines(
  request: GateRequest,
  stream: Readable,
  change: (line: Record<string, unknown>) => object | null,
): Promise<void> {
  const { reply } = request.exchange;
  reply.begin(200, 'application/json');
  try {
    for await (const line of jsonLines(stream)) {
      const changed = change(line as Record<string, unknown>);
      if (changed) await reply.write(`${JSON.stringify(changed)}\r\n`);
    }
    reply.end();
  } finally {
    stream.destroy();
  }
}
