/** Only for `npm run dev`: the page comes from Vite's server, so that it reloads while it is edited. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NONCE_MARK } from './page-files.ts';
import { developmentPolicy } from './security-headers.ts';

/** What is asked of Vite's server: `//host/x` and `http://host/x` are paths there or nothing (null), never another server. */
function addressThere(asked: string, rendererUrl: string): URL | null {
  const address = URL.parse(asked.replace(/^[/\\]+/, '/'), rendererUrl);
  return address?.origin === new URL(rendererUrl).origin ? address : null;
}

/** @param rendererUrl where Vite's server listens */
export function serveFromVite(rendererUrl: string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const address = addressThere(request.url, rendererUrl);
    if (address === null) return reply.code(404).send();
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { accept: request.headers.accept ?? '*/*' },
      signal: AbortSignal.timeout(30_000),
    });
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    const nonce = randomBytes(18).toString('base64');
    reply.code(answer.status).header('content-type', type).header('content-security-policy', developmentPolicy());
    if (type.startsWith('text/html')) return reply.send((await answer.text()).replaceAll(NONCE_MARK, nonce));
    return reply.send(Buffer.from(await answer.arrayBuffer()));
  };
}
