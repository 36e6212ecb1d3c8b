/** What reaches the engine of a container and of a command in it. */
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GateFixture, startGateFixture } from '../../../test-support/gate-fixture.ts';
import { rawSocket, type SocketAnswer } from '../../../test-support/raw-socket.ts';

describe('a container', () => {
  let fixture: GateFixture;
  beforeEach(async () => {
    fixture = await startGateFixture({}, { reservedNames: ['upstream', 'observer', 'db.internal'] });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await fixture.close();
  });

  const post = (path: string, body: object): Promise<SocketAnswer> => {
    const text = JSON.stringify(body);
    return rawSocket(
      fixture.socket,
      `POST /v1.41${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
  };
  const create = (more: object): Promise<SocketAnswer> => post('/containers/create?name=own', { Image: 'lab', ...more });
  const sent = (path: string): unknown[] =>
    fixture.engine.requests.filter(({ target }) => target.includes(path)).map(({ body }) => JSON.parse(body.toString()));

  /** The engine says something else than the recorder does. */
  const says = (path: RegExp, body: object): void => {
    const { engine } = fixture.gate.session;
    const call = engine.call.bind(engine);
    vi.spyOn(engine, 'call').mockImplementation((wanted, also) =>
      wanted.method === 'GET' && path.test(wanted.path) ? (Promise.resolve(body) as never) : call(wanted, also),
    );
  };

  it("VOL: a volume lies where the image's own would be, however the image writes the path", async () => {
    says(/^\/images\//, { Config: { Volumes: { '/data/': {}, '/data': {}, '/cache//x/': {}, '/cache/x': {} } } });
    expect(await create({ HostConfig: { Binds: ['v:/data'] } })).toMatchObject({ status: 201 });
    const [body] = sent('/containers/create') as [{ HostConfig: { Mounts: { Source: string; Target: string }[] } }];
    expect(body.HostConfig.Mounts.map(({ Target }) => Target)).toEqual(['/data', '/cache/x']);
    expect(body.HostConfig.Mounts[0]?.Source).toBe(fixture.gate.session.names.mangle('v'));
  });

  it.each([
    { Hostname: 'upstream' },
    { Hostname: 'Observer' },
    { Hostname: 'upstream.example' },
    { Hostname: 'db', Domainname: 'internal' },
    { Hostname: 'gateway' },
  ])('NET-028: refuses $Hostname $Domainname as its host name, as it does for an alias', async (names) => {
    const answer = await create(names);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('reserved by the lab');
    expect(sent('/containers/create')).toEqual([]);
  });

  it('keeps any other host name', async () => {
    expect((await create({ Hostname: 'web', Domainname: 'upstream' })).status).toBe(201);
    expect(sent('/containers/create')).toMatchObject([{ Hostname: 'web', Domainname: 'upstream' }]);
  });

  /** Links of the container's, as the engine tells them. */
  const linked = (links: Record<string, string>): void => {
    const { engine } = fixture.gate.session;
    const stream = engine.stream.bind(engine);
    vi.spyOn(engine, 'stream').mockImplementation((call, ...more) => {
      if (call.method !== 'HEAD') return stream(call, ...more);
      const stat = { name: 'x', linkTarget: links[String(call.query?.path)] ?? '' };
      const headers = { 'x-docker-container-path-stat': Buffer.from(JSON.stringify(stat)).toString('base64') };
      return Promise.resolve(Object.assign(Readable.from([]), { statusCode: 200, headers })) as never;
    });
  };

  it('EXE: a command that was made with a folder is not started when the folder has become a link since', async () => {
    await create({});
    const links: Record<string, string> = {};
    linked(links);
    const { body } = await post('/containers/own/exec', { Cmd: ['pwd'], WorkingDir: '/srv/app' });
    links['/srv/app'] = '/proc/self/fd/7';
    const path = `/exec/${/[0-9a-f]{64}/.exec(body)?.[0]}/start`;
    expect((await post(path, { Detach: true })).status).toBe(403);
    expect(sent(path)).toEqual([]);
    delete links['/srv/app'];
    expect((await post(path, { Detach: true })).status).toBe(200);
  });

  it.each([
    ['is a link to a descriptor now', '/srv/app', '/proc/self/fd/7', 403],
    ['is a link to another folder', '/srv/app', '/srv/other', 201],
    ['is there', '/proc/self', '', 403],
    ['is none', '', '', 201],
  ])('EXE, U-002: a command without -w begins in the folder of the container, which %s', async (_what, WorkingDir, linkTarget, status) => {
    await create({});
    says(/^\/containers\/.*\/json$/, { Config: { WorkingDir } });
    linked({ [WorkingDir]: linkTarget });
    expect((await post('/containers/own/exec', { Cmd: ['pwd'] })).status).toBe(status);
    expect(sent('/exec')).toHaveLength(status === 201 ? 1 : 0);
  });
});
