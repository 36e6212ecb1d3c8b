/** One gate: from a request to its verdict. Whatever fails on the way is a refusal. */
import type { GateConfig } from './config.ts';
import { HANDLERS } from './handlers/index.ts';
import type { Exchange } from './http/server.ts';
import { GateServer } from './http/server.ts';
import { type JsonObject, parseStrictObject } from './json/strict-json.ts';
import { findRoute, type Route } from './policy/endpoints.ts';
import { DeniedParameter, parseQuery, type Query } from './policy/query.ts';
import { bad, broken, denied, Refusal } from './refusal.ts';
import { RefusalLog } from './refusal-log.ts';
import { GateSession } from './session.ts';
import { EventHub } from './streams/events.ts';

export interface GateRequest {
  readonly session: GateSession;
  readonly events: EventHub;
  readonly exchange: Exchange;
  /** What stands for {id} or {name}. */
  readonly subject: string;
  readonly query: Query;
  /** The body, parsed strictly; an empty object without one. */
  readonly json: JsonObject;
  readonly contentType: string;
}

export type GateHandler = (request: GateRequest) => Promise<void>;

const JSON_TYPES = /^application\/json(?:; ?charset=utf-8)?$/i;
const TAR_TYPES = /^application\/(?:x-tar|x-gzip|gzip|tar|octet-stream)$/i;

export class Gate {
  readonly session: GateSession;
  readonly events: EventHub;
  readonly #refusals: RefusalLog;
  #server: GateServer | null = null;

  constructor(config: GateConfig) {
    this.session = new GateSession(config);
    this.events = new EventHub(this.session);
    this.#refusals = new RefusalLog(config.ledgerFile);
  }

  /** Asks the engine who it is, then listens. */
  async open(): Promise<void> {
    const { session } = this;
    await session.begin();
    await this.events.open();
    await resumePorts(session);
    const { facts, config } = session;
    const common = {
      'Api-Version': facts.apiVersion,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `Docker/${facts.version} (linux)`,
    };
    this.#server = new GateServer(config.limits, common, (exchange) => this.#handle(exchange));
    await this.#server.listen(config.listenSocket, config.socketMode);
    session.disk.start();
  }

  /** Cuts learners and engine off. What was made stays; see end-session.ts. */
  async close(): Promise<void> {
    this.events.close();
    await this.#server?.close();
    this.session.close();
  }

  async #handle(exchange: Exchange): Promise<void> {
    const { session } = this;
    const { head, reply } = exchange;
    try {
      if (!session.requests.take())
        throw new Refusal(429, `The lab's limit: ${session.config.limits.requestsPerSecond} requests a second. Wait a moment.`);
      if (head.method === 'OPTIONS') return reply.empty(405);
      const route = this.#route(exchange);
      const request = await this.#read(exchange, route);
      const handler = HANDLERS[route.endpoint.answer];
      if (!handler) throw denied('This is not part of the lab.');
      const release = route.endpoint.stream ? session.streams.take() : () => {};
      if (!release) throw new Refusal(429, `The lab's limit: ${session.config.limits.streams} streams at once. End one of them.`);
      try {
        await handler(request);
      } finally {
        release();
      }
    } catch (error) {
      if (exchange.signal.aborted && reply.started) throw error;
      const refusal = error instanceof DeniedParameter ? denied(error.message) : session.refusalOf(error);
      if (refusal.status === 403) this.#refusals.write(head.method, head.path, refusal.status, refusal.message);
      throw refusal;
    }
  }

  /** @throws Refusal for what is not there and what is denied */
  #route({ head, body }: Exchange): Route {
    const { facts, context } = this.session;
    const versioned = /^\/v(\d{1,2}\.\d{1,3})(\/.*)$/.exec(head.path);
    if (versioned && versioned[1] !== facts.apiVersion) {
      throw bad(
        `client version ${versioned[1]} is not supported here. This engine speaks ${facts.apiVersion}: set DOCKER_API_VERSION=${facts.apiVersion}`,
      );
    }
    if (!versioned && /^\/v\d/.test(head.path)) throw bad('that is no version of the Engine API');
    const route = findRoute(head.method, versioned?.[2] ?? head.path);
    if (!route) throw new Refusal(404, 'page not found');
    const { endpoint, subject } = route;
    if (endpoint.verdict === 'deny') {
      if (endpoint.path === '/swarm' && head.method === 'GET') {
        throw new Refusal(
          503,
          'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
        );
      }
      // The same words for foreign and missing come before the verdict.
      if (endpoint.about === 'container') context.container(subject || (new URLSearchParams(head.query).get('container') ?? ''));
      if (endpoint.about === 'image') context.image(subject);
      if (endpoint.about === 'images') for (const name of new URLSearchParams(head.query).getAll('names')) context.image(name);
      if (endpoint.about === 'plugin') throw new Refusal(404, `plugin "${subject}" not found`);
      throw denied(endpoint.answer);
    }
    if (head.upgrade !== null && head.upgrade !== 'tcp') throw broken(`the protocol ${head.upgrade.slice(0, 20)} is not spoken here`);
    if (endpoint.body === undefined && body.present && /form/i.test(head.headers.get('content-type') ?? '')) {
      throw new Refusal(415, 'forms are not part of the Engine API', true);
    }
    return route;
  }

  async #read(exchange: Exchange, { endpoint, subject }: Route): Promise<GateRequest> {
    const { session } = this;
    const { head, body } = exchange;
    const { jsonBytes, jsonDepth, targetBytes } = session.config.limits;
    const query = parseQuery(head.query, endpoint.query, { depth: 4, size: targetBytes });
    const contentType = head.headers.get('content-type') ?? '';
    let json: JsonObject = Object.create(null) as JsonObject;
    if (endpoint.body === 'json' && (body.present || contentType !== '')) {
      if (!JSON_TYPES.test(contentType)) throw new Refusal(415, 'the body has to be application/json');
      json = parseStrictObject(await body.whole(jsonBytes), { depth: jsonDepth, size: jsonBytes });
    } else if (endpoint.body === 'tar') {
      if (contentType !== '' && !TAR_TYPES.test(contentType)) throw new Refusal(415, 'the body has to be a tar archive');
    } else {
      // Old engines would read a HostConfig here. Nothing of it goes any further.
      await body.whole(jsonBytes);
    }
    return { session, events: this.events, exchange, subject, query, json, contentType };
  }
}

/** Containers that went on while there was no gate. */
async function resumePorts(session: GateSession): Promise<void> {
  if (!session.config.forwardPorts) return;
  for (const row of session.ledger.own('container')) {
    if (!row.notes.ports?.length) continue;
    const { status, body } = await session.engine.ask({ method: 'GET', path: `/containers/${row.id}/json` });
    const state = (body as { State?: { Running?: unknown } } | null)?.State;
    if (status === 200 && state?.Running === true) await session.ports.resume(row);
  }
}
