/** One HTTP request with a deadline, on a connection of its own. */
import { Agent, request } from 'node:http';
import type { HttpAnswer } from '../probe-script.ts';

/** No keep-alive, so that a server that closes idle connections is never blamed for it; no bound, so that load is open-loop. */
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const BODY_LIMIT = 1_000_000;

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds to the last byte of the answer. */
  readonly timeoutMs?: number;
  /** False for load: the body is read and thrown away. */
  readonly keepBody?: boolean;
}

/** Never rejects: a request that got no answer has status 0 and the code of the error. */
export function send(url: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body, timeoutMs = 10_000, keepBody = true } = options;
  return new Promise((resolve) => {
    const begun = performance.now();
    let status = 0;
    let answerHeaders: Record<string, string> = {};
    const parts: Buffer[] = [];
    let length = 0;
    const end = (error: string): void => {
      clearTimeout(deadline);
      resolve({
        status: error === '' ? status : 0,
        error,
        headers: answerHeaders,
        body: Buffer.concat(parts).toString('utf8'),
        ms: performance.now() - begun,
      });
    };
    const outgoing = request(url, { method, headers: { ...headers }, agent }, (answer) => {
      status = answer.statusCode ?? 0;
      answerHeaders = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]));
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (keepBody && length <= BODY_LIMIT) parts.push(chunk);
      });
      answer.once('end', () => end(answer.complete ? '' : 'ECONNRESET'));
      answer.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    });
    const deadline = setTimeout(() => {
      end('TIMEOUT');
      outgoing.destroy();
    }, timeoutMs);
    outgoing.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    outgoing.end(body);
  });
}
