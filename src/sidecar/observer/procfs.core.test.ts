import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readProcfs } from './procfs.ts';
import type { ProcessRecord } from './protocol.ts';

const SERVER = `
const held = Array.from({ length: 20 }, () => require('node:fs').openSync('/dev/null'));
const big = Buffer.alloc(50e6, 1);
require('node:net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

describe.skipIf(process.platform !== 'linux')('what /proc says', () => {
  let child: ChildProcess | null = null;
  afterEach(() => child?.kill('SIGKILL'));

  const find = (pid: number | undefined): ProcessRecord | undefined => readProcfs().processes.find((record) => record.pid === pid);

  async function start(): Promise<number> {
    child = spawn('bash', ['-c', `ulimit -Sn 256; ulimit -Hn 4096; exec "${process.execPath}" -e "$1" two\\ words`, 'bash', SERVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve) => child?.stdout?.once('data', (data: Buffer) => resolve(data.toString())));
    return Number(line);
  }

  it('of a process: command, parent, limits, descriptors, memory and times', async () => {
    const before = Date.now();
    await start();
    const record = find(child?.pid);
    expect(record).toMatchObject({
      parentPid: process.pid,
      hardDescriptorLimit: 4096,
      command: [process.execPath, '-e', SERVER, 'two words'],
      state: 'S',
    });
    expect(record?.descriptors).toBeGreaterThan(20);
    expect(record?.threads).toBeGreaterThan(3);
    expect(record?.residentBytes).toBeGreaterThan(60e6);
    expect(record?.peakResidentBytes).toBeGreaterThanOrEqual(record?.residentBytes ?? Number.POSITIVE_INFINITY);
    expect(record?.cpuMs).toBeGreaterThan(0);
    expect(Math.abs((record?.startedAt ?? 0) - before)).toBeLessThan(3_000);
    expect(find(child?.pid)?.startedAt).toBe(record?.startedAt);
  });

  it('of sockets: who listens, who is connected', async () => {
    const port = await start();
    const client = connect(port, '127.0.0.1');
    await new Promise((resolve) => client.once('connect', resolve));
    const { sockets, processes } = readProcfs();
    const network = processes.find(({ pid }) => pid === child?.pid)?.network;
    expect(sockets.filter(({ localPort }) => localPort === port)).toEqual(
      expect.arrayContaining([
        { state: 'LISTEN', localPort: port, remotePort: 0, pid: child?.pid, network },
        { state: 'ESTABLISHED', localPort: port, remotePort: client.localPort, pid: child?.pid, network },
      ]),
    );
    client.destroy();
  });

  it('leaves out the one who looks, and what has ended', async () => {
    await start();
    child?.kill('SIGKILL');
    await new Promise((resolve) => child?.once('exit', resolve));
    expect(find(child?.pid)).toBeUndefined();
    expect(find(process.pid)).toBeUndefined();
  });
});
