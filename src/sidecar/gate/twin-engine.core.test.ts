/**
 * The twin-engine test: a recorder stands where the engine would, and an oracle that reads as Go does says whether what came
 * through is safe. 20 000 hostile requests in all.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unsafe } from '../../test-support/engine-oracle.ts';
import { BASE, type GateFixture, SESSION, SESSION_NETWORK, startGateFixture, TERMINAL } from '../../test-support/gate-fixture.ts';
import { RequestLine } from '../../test-support/raw-socket.ts';
import { padding, TAR_END, tarHeader } from './build/tar.ts';
import { ENDPOINTS } from './policy/endpoints.ts';

const LOTS = { containers: 1e6, execs: 1e6, networks: 1e6, volumes: 1e6, images: 1e6 };
const HEAD = 'Host: docker\r\n';

/** As the 28.2 client sends it. */
const REAL = {
  Hostname: '', Domainname: '', User: '', AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: false, OpenStdin: false, StdinOnce: false, Env: null,
  Cmd: ['true'], Image: 'lab', Volumes: {}, WorkingDir: '', Entrypoint: null, OnBuild: null, Labels: {},
  HostConfig: {
    Binds: null, ContainerIDFile: '', LogConfig: { Type: '', Config: {} }, NetworkMode: 'default', PortBindings: {}, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: false, VolumeDriver: '', VolumesFrom: null, ConsoleSize: [0, 0], CapAdd: null, CapDrop: null, CgroupnsMode: '', Dns: [], DnsOptions: [], DnsSearch: [],
    ExtraHosts: null, GroupAdd: null, IpcMode: '', Cgroup: '', Links: null, OomScoreAdj: 0, PidMode: '', Privileged: false, PublishAllPorts: false, ReadonlyRootfs: false,
    SecurityOpt: null, UTSMode: '', UsernsMode: '', ShmSize: 0, Isolation: '', CpuShares: 0, Memory: 0, NanoCpus: 0, CgroupParent: '', BlkioWeight: 0,
    BlkioWeightDevice: [], BlkioDeviceReadBps: [], CpuPeriod: 0, CpuQuota: 0, CpusetCpus: '', Devices: [], DeviceCgroupRules: null, DeviceRequests: null,
    MemoryReservation: 0, MemorySwap: 0, MemorySwappiness: null, OomKillDisable: null, PidsLimit: 0, Ulimits: [], CpuCount: 0, IOMaximumIOps: 0,
    MaskedPaths: null, ReadonlyPaths: null,
  },
  NetworkingConfig: { EndpointsConfig: { default: { IPAMConfig: null, Links: null, Aliases: null, MacAddress: '', DriverOpts: null, NetworkID: '' } } },
};

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    true, 1, -1, 0, 9007199254740991, 'host', 'container:x', `container:${TERMINAL}`, ['/:/h'], ['/etc/shadow:/s:ro'], ['..:/x'], ['a:/b:z'], ['x:/proc'], ['vol:/data'], ['/lab:/app'],
    [{ Type: 'bind', Source: '/', Target: '/h' }], [{ Source: '/', Target: '/h' }], [{ Type: 'volume', Source: '../x', Target: '/h' }], [{ Type: 'volume', Source: 'v', Target: '/h' }],
    [{ Type: 'volume', Source: 'v', Target: '/h', VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } } } }],
    [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1e15 } }], { '/x': 'exec,suid,size=100g' }, ['ALL'], ['SYS_ADMIN'], ['seccomp=unconfined'], ['no-new-privileges=false'],
    ['no-new-privileges'], { Name: 'always' }, { Type: 'fluentd' }, { Type: 'json-file', Config: { 'max-size': '1t' } }, [], {}, null, '', 'private', 'shareable', 'runc',
    [{ PathOnHost: '/dev/sda' }], { 'net.ipv4.ip_forward': '1' }, { '80/tcp': [{ HostPort: '80' }] }, { '80/tcp;x': [{ HostPort: '1' }] }, [{ Name: 'nofile', Soft: 1e9, Hard: 1e9 }],
    { default: { DriverOpts: { a: 'b' } } }, { EndpointsConfig: { other: {} } }, { EndpointsConfig: { [SESSION_NETWORK]: { Aliases: ['db'] } } }, { 'io.ops-lab.session': 'other' },
    { constructor: { prototype: { x: 1 } } }, { __proto__x: '1' }, BASE, `sha256:${'f'.repeat(64)}`, 'other:latest',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const HOST_KEYS = Object.keys(REAL.HostConfig).concat('Mounts', 'Tmpfs', 'Sysctls', 'Runtime', 'Annotations', 'StorageOpt', 'Capabilities', 'Init', 'KernelMemory');
const bend = fc.constantFrom<(key: string) => string>(
  (key) => key, (key) => key.toLowerCase(), (key) => key.toUpperCase(), (key) => key.replace('s', 'ſ'), (key) => key.replace(/k/i, '\u212a'), (key) => ` ${key}`,
  (key) => key.replace(/^./, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
);
const member = fc.record({ key: fc.constantFrom(...HOST_KEYS, ...Object.keys(REAL)), value: hostile, bend, where: fc.constantFrom('host', 'top', 'again', 'after') });

/** JSON text with what no object can hold: keys twice, in other letters, and something behind the end. */
function bodyText(members: readonly { key: string; value: unknown; bend: (key: string) => string; where: string }[]): string {
  const part = ({ key, value, bend: change }: (typeof members)[number]): string => `"${change(key)}":${JSON.stringify(value) ?? 'null'}`;
  const at = (where: string): string[] => members.filter((one) => one.where === where).map(part);
  const replaced = new Set(members.filter(({ where }) => where === 'host').map(({ key }) => key));
  const plain = (source: object, skip: ReadonlySet<string>): string[] => Object.entries(source).filter(([key]) => !skip.has(key)).map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
  const host = `"HostConfig":{${[...plain(REAL.HostConfig, replaced), ...at('host')].join(',')}}`;
  const replacedTop = new Set(['HostConfig', ...members.filter(({ where }) => where === 'top').map(({ key }) => key)]);
  const again = at('again').length > 0 ? [`"HostConfig":{${at('again').join(',')}}`] : [];
  const after = at('after').length > 0 ? `{${at('after').join(',')}}` : '';
  return `{${[...plain(REAL, replacedTop), host, ...at('top').filter((text) => !text.startsWith('"HostConfig"')), ...again].join(',')}}${after}`;
}

const request = (method: string, target: string, body: Buffer | string = '', type = 'application/json', more = ''): Buffer => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const framing = method === 'POST' || method === 'PUT' ? `Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n` : '';
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${HEAD}${framing}${more}\r\n`), framing === '' ? Buffer.alloc(0) : bytes]);
};

describe('whatever reaches the engine is safe', () => {
  let fixture: GateFixture;
  let line: RequestLine;
  let own = '';
  let accepted = 0;
  let sent = 0;

  beforeAll(async () => {
    fixture = await startGateFixture({ ...LOTS, streams: 1e6, connections: 1e6 });
    line = new RequestLine(fixture.socket);
    own = await (async () => {
      await send(request('POST', '/v1.41/containers/create?name=own', JSON.stringify(REAL)));
      return fixture.gate.session.ledger.own('container')[0]?.id ?? '';
    })();
  });
  afterEach(() => {
    line.close();
  });
  afterAll(() => fixture?.close());

  async function send(bytes: Buffer, withBody = true): Promise<number> {
    const before = fixture.engine.requests.length;
    const status = await line.send(bytes, withBody);
    sent += 1;
    if (status < 300) accepted += 1;
    const knowledge = { engine: fixture.engine, sessionId: SESSION, network: SESSION_NETWORK, workspace: 'ops-lab-fixture-workspace', images: [BASE] };
    for (const seen of fixture.engine.requests.slice(before)) {
      const fault = unsafe(seen, knowledge);
      if (fault !== null) throw new Error(`reached the engine: ${fault}\n${seen.method} ${seen.target}\n${seen.body.toString().slice(0, 2_000)}`);
    }
    fixture.engine.requests.length = 0;
    // 500 is the gate's own word for a fault of its own.
    expect(status).not.toBe(500);
    return status;
  }

  it('lets the real client create a container', () => {
    expect(own).toMatch(/^[0-9a-f]{64}$/);
  });

  it('container bodies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 3 }), async (members) => {
        await send(request('POST', '/v1.41/containers/create', bodyText(members)));
      }),
      { numRuns: 9_000 },
    );
    expect(Object.prototype).not.toHaveProperty('x');
    // A gate that blocks everything would pass, too.
    expect(accepted).toBeGreaterThan(500);
  }, 60_000);

  it('bodies of exec, network, volume, connect and update', async () => {
    const target = fc.constantFrom(
      `/containers/${'OWN'}/exec`, '/networks/create', '/volumes/create', `/networks/${SESSION_NETWORK}/connect`, `/containers/${'OWN'}/update`, `/containers/${'OWN'}/start`,
      `/networks/${SESSION_NETWORK}/disconnect`,
    );
    const keys = ['Cmd', 'Privileged', 'Env', 'User', 'WorkingDir', 'Name', 'Driver', 'DriverOpts', 'Options', 'Internal', 'Scope', 'IPAM', 'Labels', 'ClusterVolumeSpec', 'Container',
      'EndpointConfig', 'Force', 'Memory', 'RestartPolicy', 'ConfigFrom', 'Ingress', 'EnableIPv6', 'Devices', 'CheckDuplicate'];
    const values = fc.oneof(hostile, fc.constantFrom<unknown>('own', 'bridge', 'macvlan', 'name', ['sh'], { type: 'none' }, { Config: [{ Subnet: '10.0.0.0/8' }] }));
    await fc.assert(
      fc.asyncProperty(target, fc.dictionary(fc.constantFrom(...keys), values, { maxKeys: 5 }), async (path, body) => {
        await send(request('POST', `/v1.41${path.replace('OWN', own)}`, JSON.stringify(body)));
      }),
      { numRuns: 3_000 },
    );
  }, 60_000);

  it('paths and queries of every endpoint', async () => {
    const subject = fc.constantFrom('own', own, own.slice(0, 5), TERMINAL, 'f'.repeat(64), 'x', 'lab', 'a/b', '%2e%2e', '..', 'own/', 'ſ');
    const endpoint = fc.constantFrom(...ENDPOINTS.filter(({ answer, verdict }) => verdict === 'deny' || !['events', 'build', 'attach', 'startExec', 'createContainer'].includes(answer)));
    const value = fc.oneof(fc.constantFrom('1', '0', 'true', '-1', '{}', '{"label":["a"]}', '{"label":{"a":true}}', '{"x":["y"]}', '%00', '%zz', 'a%26b%3Dc', '/etc', '/../etc', 'aux', '; id', '-o pid,environ', 'KILL'), fc.string({ maxLength: 12 }));
    const key = fc.oneof(fc.constantFrom('all', 'size', 'filters', 'path', 'signal', 't', 'ps_args', 'force', 'v', 'link', 'name', 'repo', 'tag', 'fromImage', 'fromSrc', 'stream', 'condition', 'w', 'h', 'since', 'checkpoint'), fc.string({ maxLength: 5 }));
    const version = fc.constantFrom('/v1.41', '/v1.41', '/v1.41', '', '/v1.24', '/v1.40', '/V1.41', '/v1.41/.');
    await fc.assert(
      fc.asyncProperty(endpoint, subject, version, fc.array(fc.tuple(key, value), { maxLength: 3 }), async ({ method, path }, name, prefix, pairs) => {
        const query = pairs.map(([k, v]) => `${k}=${v}`).join('&');
        const target = `${prefix}${path.replace(/\{(?:id|name)\}/g, name)}${query === '' ? '' : `?${query}`}`.replace(/[\r\n]/g, '');
        await send(Buffer.from(`${method} ${target} HTTP/1.1\r\n${HEAD}${method === 'POST' || method === 'PUT' ? 'Content-Length: 0\r\n' : ''}\r\n`, 'latin1'), method !== 'HEAD');
        // The one container that the test goes on with may have been removed by it.
        if (!fixture.gate.session.ledger.byId('container', own)) {
          await send(request('POST', '/v1.41/containers/create?name=own', JSON.stringify(REAL)));
          own = fixture.gate.session.ledger.own('container').find((row) => row.name === 'own')?.id ?? own;
        }
      }),
      { numRuns: 5_000 },
    );
  }, 60_000);

  it('heads', async () => {
    const header = fc.constantFrom('Content-Length: 5', 'Content-Length: 3', 'Transfer-Encoding: chunked', 'Transfer-Encoding : chunked', 'Upgrade: tcp', 'Upgrade: h2c', 'Connection: Upgrade', ' folded', 'Host: other', 'X: y',
      'Expect: 100-continue', 'Content-Type: application/x-www-form-urlencoded', 'X-Registry-Auth: e30=', 'Cookie: a=b');
    const body = fc.constantFrom('', '{}', '0\r\n\r\n', '2\r\n{}\r\n0\r\n\r\n', 'GET /swarm HTTP/1.1\r\nHost: x\r\n\r\n', JSON.stringify({ Image: 'lab', HostConfig: { Privileged: true } }));
    const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('POST /v1.41/containers/create', 'POST /v1.41/containers/own/attach', 'GET /v1.41/containers/json', 'POST /v1.41/containers/own/start'), fc.array(header, { maxLength: 4 }), body, ending, async (first, headers, tail, end) => {
        const text = `${first} HTTP/1.1${end}Host: x${end}${headers.map((one) => `${one}${end}`).join('')}${end}${tail}`;
        // Whatever was left on the wire belongs to this connection alone.
        const once = new RequestLine(fixture.socket);
        const before = fixture.engine.requests.length;
        const answered = once.send(Buffer.concat([Buffer.from(text), Buffer.from('\r\n\r\nX')])).catch(() => 0);
        expect(await answered).not.toBe(500);
        once.close();
        sent += 1;
        for (const seen of fixture.engine.requests.slice(before)) {
          expect(unsafe(seen, { engine: fixture.engine, sessionId: SESSION, network: SESSION_NETWORK, workspace: 'ops-lab-fixture-workspace', images: [BASE] })).toBeNull();
        }
        fixture.engine.requests.length = 0;
      }),
      { numRuns: 1_500 },
    );
  }, 60_000);

  it('Dockerfiles and archives', async () => {
    const word = fc.constantFrom('FROM lab', 'FROM lab AS a', 'from  LAB', 'FROM other', 'FROM a', 'FROM scratch', `FROM ${BASE}`, 'FROM --platform=x lab', 'ARG B=lab', 'FROM $B', 'FROM ${B:-other}', 'RUN id', 'RUN id \\', '  && echo x', 'RUN --mount=type=bind,from=other,target=/x id',
      'RUN \u00a0--security=insecure id', 'RUN --network=host id', 'COPY --from=a /x /y', 'COPY --from=0 /x /y', 'COPY --from=other /etc /x', 'COPY x /x', 'ADD http://169.254.169.254/ /x', 'ADD x /x', 'ADD $U /x', 'ADD https://g.example/x.git /x',
      '# syntax=docker/dockerfile:1', '# escape=`', '#comment', 'LABEL a=b', 'LABEL io.ops-lab.session=other', 'ONBUILD RUN id', 'ONBUILD ADD http://x /y', 'ONBUILD FROM other', 'ONBUILD COPY --from=other /a /b', 'HEALTHCHECK CMD true', 'HEALTHCHECK --interval=1ms CMD true',
      'RUN <<EOF', 'FROM evil', 'EOF', 'ENV A=b', 'CMD ["x"]', 'INVENTED x', 'RUN echo \\\\', '\tRUN x', 'F\\', 'ROM other', 'FROM lab\\', 'FROM lab #x');
    const entry = fc.constantFrom<Parameters<typeof tarHeader>[0] & { raw?: number }>(
      { name: 'x', kind: 'file', mode: 0o644, modified: 0, size: 3, link: '' }, { name: '../x', kind: 'file', mode: 0o644, modified: 0, size: 3, link: '' }, { name: '/etc/x', kind: 'file', mode: 0o644, modified: 0, size: 3, link: '' },
      { name: 'l', kind: 'symlink', mode: 0o777, modified: 0, size: 0, link: '/etc/shadow' }, { name: 'l', kind: 'symlink', mode: 0o777, modified: 0, size: 0, link: 'x' }, { name: 'h', kind: 'hardlink', mode: 0o644, modified: 0, size: 0, link: '../../etc/shadow' },
      { name: 'Dockerfile', kind: 'symlink', mode: 0o777, modified: 0, size: 0, link: 'x' }, { name: 'd', kind: 'folder', mode: 0o755, modified: 0, size: 0, link: '' }, { name: 's', kind: 'file', mode: 0o6755, modified: 0, size: 3, link: '' },
      { name: `${'n'.repeat(150)}/ü`, kind: 'file', mode: 0o644, modified: 0, size: 3, link: '' },
    );
    const file = (one: Parameters<typeof tarHeader>[0], content: Buffer): Buffer => Buffer.concat([tarHeader(one), content, padding(content.length)]);
    let built = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 7 }), fc.array(entry, { maxLength: 2 }), fc.constantFrom('', '&networkmode=host', '&remote=http%3A%2F%2Fx', '&t=app', '&t=evil.example%2Fx', '&labels=%7B%7D', '&version=2', '&target=a'), async (lines, entries, query) => {
        const text = Buffer.from(lines.join('\n'));
        const archive = Buffer.concat([...entries.map((one) => file(one, Buffer.from('abc'.slice(0, one.size)))), file({ name: 'Dockerfile', kind: 'file', mode: 0o644, modified: 0, size: text.length, link: '' }, text), TAR_END]);
        if ((await send(request('POST', `/v1.41/build?dockerfile=Dockerfile${query}`, archive, 'application/x-tar'))) === 200) built += 1;
      }),
      { numRuns: 1_500 },
    );
    expect(built).toBeGreaterThan(5);
  }, 60_000);

  it('was 20 000 requests, and the gate is as it was', async () => {
    expect(sent).toBeGreaterThanOrEqual(20_000);
    expect(await send(request('GET', '/_ping'))).toBe(200);
    expect(await send(request('POST', '/v1.41/containers/create', JSON.stringify(REAL)))).toBe(201);
  });
});
