/** The web host: the page, the login, and WebSockets to the core. Listens on 127.0.0.1 and nowhere else. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import files from '@fastify/static';
import createFastify, { type FastifyInstance } from 'fastify';
import * as z from 'zod';
import { OpsLabError } from '../../shared/contract/errors.ts';
import type { Caller, Core } from '../core/core.ts';
import { serveFromVite } from './development-page.ts';
import { withLoadAgain } from './load-again.ts';
import { Logins } from './logins.ts';
import { isImmutable, listPageFiles, NONCE_MARK } from './page-files.ts';
import { ownHosts, refuseRequest } from './request-guard.ts';
import { pagePolicy, SECURITY_HEADERS } from './security-headers.ts';
import { SocketHost } from './socket-host.ts';

const ADDRESS = '127.0.0.1';
/** Ports that are tried after a preferred one that is taken. */
const NEXT_PORTS = 20;
/** Longest body of a request: only the login has one. */
const MAX_BODY_BYTES = 64 * 1024;

const noSchemas = (): never => {
  throw new OpsLabError('internal', 'Routes of the web host have no JSON schemas: what comes in goes through zod.');
};
/** Without it fastify loads its compilers of JSON schemas at every start. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: () => noSchemas, buildSerializer: () => noSchemas } };

const Login = z.strictObject({
  token: z.string().min(1).max(100),
  /** Made up by the page: whoever has it too may ask again with the same token, when an answer was lost. */
  attempt: z.string().min(32).max(100).optional(),
});

export interface WebHostOptions {
  readonly dataDirectory: string;
  /** Folder of the built renderer. */
  readonly pageFolder: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whether it has to be this port, or one of the next will do. */
  readonly exactPort: boolean;
  /** Vite's server, in development. */
  readonly rendererUrl?: string;
}

export interface WebHost {
  /** Such as `http://127.0.0.1:4777`. */
  readonly url: string;
  /** @returns a link that logs one browser in, once, within ten minutes */
  newLink(): string;
  /** Closes every connection. The core stays open: whoever made it closes it. */
  close(): Promise<void>;
}

/** @throws the error of `listen` */
function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function listenNear(server: Server, port: number, exact: boolean): Promise<void> {
  for (let next = port; ; next++) {
    try {
      return await listen(server, next);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const taken = code === 'EADDRINUSE';
      if (taken && !exact && next < port + NEXT_PORTS) continue;
      if (taken && !exact) return listen(server, 0);
      throw new OpsLabError(
        'conflict',
        taken
          ? `Port ${next} is taken by another program. End that program, or choose another port with --port.`
          : `Ops Lab cannot listen on port ${next} (${code}). Choose another port with --port.`,
        { port: next },
      );
    }
  }
}

function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
}

/** A loopback address, as Node writes them. */
function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}

async function addPage(fastify: FastifyInstance, options: WebHostOptions): Promise<void> {
  if (options.rendererUrl !== undefined) {
    fastify.get('/*', serveFromVite(options.rendererUrl));
    return;
  }
  const page = listPageFiles(options.pageFolder);
  const index = withLoadAgain(page.index);
  await fastify.register(files, { root: options.pageFolder, serve: false, cacheControl: false });
  fastify.get('/*', (request, reply) => {
    const [path = '/'] = (request.raw.url ?? '/').split('?');
    if (path === '/' || path === '/index.html') {
      const nonce = randomBytes(18).toString('base64');
      return reply
        .header('content-security-policy', pagePolicy(nonce, request.headers.host ?? ''))
        .type('text/html; charset=utf-8')
        .send(index.replaceAll(NONCE_MARK, nonce));
    }
    const asset = page.assets.get(path);
    if (asset === undefined) return reply.callNotFound();
    reply.header('cache-control', isImmutable(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(asset);
  });
}

/**
 * Serves a core to browsers on this machine.
 * @throws OpsLabError `conflict` when it cannot listen
 */
export async function createWebHost(core: Core, options: WebHostOptions): Promise<WebHost> {
  const logins = new Logins(join(options.dataDirectory, 'web-logins.json'));
  const fastify = createFastify({ logger: false, bodyLimit: MAX_BODY_BYTES, exposeHeadRoutes: true, schemaController: NO_SCHEMAS });
  fastify.removeContentTypeParser('text/plain');
  await fastify.register(cookie);

  let hosts: ReadonlySet<string> = new Set();
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    setSecurityHeaders(response);
    const refusal = refuseRequest(request, hosts);
    if (refusal === null) return fastify.routing(request, response);
    // The body was not read: the connection cannot be used again.
    response.writeHead(refusal.status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ code: refusal.code, message: refusal.message }));
  });
  server.maxConnections = 256;
  await listenNear(server, options.port, options.exactPort);
  const { port } = server.address() as AddressInfo;

  /** Cookies do not tell ports apart, so their names do: two hosts on one machine do not log each other out. */
  const cookieName = `ops-lab-${port}`;
  const cookieOf = (request: IncomingMessage) => {
    const header = request.headers.cookie;
    return header === undefined ? undefined : fastify.parseCookie(header)[cookieName];
  };
  const login = (request: IncomingMessage) => logins.find(cookieOf(request));
  const caller = (request: IncomingMessage): (() => Caller) => {
    const loopback = isLoopback(request.socket.remoteAddress);
    return () => ({ learnerId: core.learners.current().id, role: 'local', loopback });
  };

  fastify.addHook('onRequest', async (request, reply) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    if (!path.startsWith('/api/') || path === '/api/login' || login(request.raw) !== null) return;
    return reply
      .code(401)
      .send({ code: 'unauthorized', message: 'Open the link that Ops Lab printed, or start Ops Lab again for a new one.' });
  });
  fastify.get('/api/session', (_request, reply) => reply.code(204).send());
  fastify.post('/api/login', (request, reply) => {
    const body = Login.safeParse(request.body);
    const id = body.success ? logins.redeem(body.data.token, cookieOf(request.raw), body.data.attempt) : null;
    if (id === null) {
      // The page was opened again with the link that it has used: it is logged in already.
      if (login(request.raw) !== null) return reply.code(204).send();
      return reply
        .code(410)
        .send({ code: 'unauthorized', message: 'This link was used or is too old. Start Ops Lab again for a new one.' });
    }
    return reply
      .setCookie(cookieName, id, { path: '/', httpOnly: true, sameSite: 'strict', maxAge: 30 * 24 * 3600 })
      .code(204)
      .send();
  });
  await addPage(fastify, options);
  fastify.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'not-found', message: 'There is nothing here.' }));
  fastify.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) console.error('ops-lab: a request failed:', error);
    return reply.code(status).send({ code: status === 500 ? 'internal' : 'invalid', message: 'The request could not be answered.' });
  });
  await fastify.ready();
  // From here on requests are answered: until now no name was ours.
  hosts = ownHosts(port);

  const sockets = new SocketHost(server, { core, hosts, login, caller });
  logins.onRevoke((session) => sockets.endSession(session));
  const url = `http://${ADDRESS}:${port}`;
  return {
    url,
    newLink: () => `${url}/#token=${logins.newLink()}`,
    close: async () => {
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await fastify.close();
    },
  };
}
