/** Stands in the place of the engine: keeps what reaches it and answers as an engine would, so that nothing can happen. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Recorded {
  readonly method: string;
  /** With query, as it came. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface RecordingEngine {
  readonly socket: string;
  readonly requests: Recorded[];
  /** Ids that this engine has given out, and those that the test says exist. */
  readonly ids: Set<string>;
  close(): Promise<void>;
}

/** @param apiVersion the only one that it says it speaks */
export async function startRecordingEngine(socket: string, images: readonly string[], apiVersion = '1.41'): Promise<RecordingEngine> {
  const requests: Recorded[] = [];
  const ids = new Set<string>();
  let count = 0;
  const newId = (): string => {
    count += 1;
    const id = createHash('sha256').update(`engine ${count}`).digest('hex');
    ids.add(id);
    return id;
  };
  const answer = (request: Recorded, response: ServerResponse): unknown => {
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const path = request.target.split('?')[0]?.replace(/^\/v1\.\d+/, '') ?? '';
    const key = `${request.method} ${path}`;
    if (key === 'GET /version')
      return json(200, { Version: '20.10.24', ApiVersion: apiVersion, MinAPIVersion: apiVersion, Arch: 'amd64', Os: 'linux' });
    if (key === 'GET /info')
      return json(200, { NCPU: 2, MemTotal: 8e9, OperatingSystem: 'Recorder', Driver: 'overlay2', CgroupVersion: '1' });
    if (key === 'GET /events') {
      // Stays open, as an engine's does.
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
      return;
    }
    if (key === 'GET /images/json' || key === 'GET /containers/json' || key === 'GET /networks') return json(200, []);
    if (key === 'GET /volumes') return json(200, { Volumes: [] });
    if (/^GET \/images\/.+\/json$/.test(key)) return json(200, { Id: images[0], Config: { Env: ['A=B'], Labels: {} } });
    if (/^GET \/containers\/.+\/json$/.test(key)) {
      return json(200, {
        State: { Running: false },
        Config: {},
        HostConfig: { Privileged: false, Memory: 1, PidsLimit: 1, Binds: null },
        NetworkSettings: {},
      });
    }
    if (/^GET \/networks\//.test(key))
      return json(200, { Id: path.slice(10), IPAM: { Config: [{ Subnet: '172.30.0.0/16', Gateway: '172.30.0.1' }] }, Containers: {} });
    if (/^GET \/volumes\//.test(key)) return json(200, { Name: path.slice(9) });
    if (key === 'POST /build') {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(`${JSON.stringify({ stream: 'Step 1/1 : x\n' })}\n${JSON.stringify({ aux: { ID: `sha256:${newId()}` } })}\n`);
      return;
    }
    if (/\/(?:create|exec)$/.test(path)) return json(201, { Id: newId(), Name: 'x' });
    if (/\/(?:attach|start)$/.test(path) && request.headers.upgrade) {
      response.socket?.end('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello');
      return;
    }
    if (/\/(?:logs|archive)$/.test(path)) {
      response.writeHead(200, { 'X-Docker-Container-Path-Stat': Buffer.from('{"name":"x","size":1}').toString('base64') });
      response.end('bytes');
      return;
    }
    if (request.method === 'DELETE' || /\/(?:stop|kill|restart|pause|unpause|rename|start)$/.test(path)) {
      response.writeHead(204);
      response.end();
      return;
    }
    json(200, {});
  };
  const handle = (message: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    message.on('data', (part: Buffer) => parts.push(part));
    message.on('end', () => {
      const request = {
        method: message.method ?? '',
        target: message.url ?? '',
        headers: message.headers,
        rawHeaders: message.rawHeaders,
        body: Buffer.concat(parts),
      };
      requests.push(request);
      answer(request, response);
    });
  };
  const server: Server = createServer(handle);
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    requests,
    ids,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
