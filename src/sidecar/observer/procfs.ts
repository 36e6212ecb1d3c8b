/** Processes and TCP sockets as the kernel shows them in /proc. A process that ends while it is looked at is left out. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessRecord, ProcfsSnapshot, SocketRecord } from './protocol.ts';

/** Ticks per second of the times in /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;

/** 127.0.0.11 as /proc/net/tcp writes it. */
const DOCKER_RESOLVER = '0B00007F:';

const TCP_STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
] as const;

/** @param root the proc file system to read */
export function readProcfs(root = '/proc'): ProcfsSnapshot {
  const bootMs = Number(/^btime (\d+)$/m.exec(readFileSync(`${root}/stat`, 'utf8'))?.[1] ?? 0) * 1000;
  const processes: ProcessRecord[] = [];
  const holders = new Map<string, number>();
  const namespaces = new Map<string, number>();
  for (const name of readdirSync(root)) {
    if (!/^\d+$/.test(name) || (root === '/proc' && Number(name) === process.pid)) continue;
    const record = readProcess(root, Number(name), bootMs, holders);
    if (!record) continue;
    processes.push(record);
    if (record.network !== '' && !namespaces.has(record.network)) namespaces.set(record.network, record.pid);
  }
  const sockets = [...namespaces].flatMap(([network, pid]) => readSockets(root, pid, network, holders));
  return { processes, sockets };
}

function readProcess(root: string, pid: number, bootMs: number, holders: Map<string, number>): ProcessRecord | null {
  const folder = `${root}/${pid}`;
  try {
    const stat = readFileSync(`${folder}/stat`, 'utf8');
    // The name is in parentheses and may hold anything, parentheses too: the fields begin after the last one.
    const close = stat.lastIndexOf(')');
    const fields = stat.slice(close + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3] ?? 0);
    const status = readFileSync(`${folder}/status`, 'utf8');
    const kilobytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
    const limits = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync(`${folder}/limits`, 'utf8'));
    const limit = (text: string | undefined): number =>
      text === 'unlimited' || text === undefined ? Number.MAX_SAFE_INTEGER : Number(text);
    const words = readFileSync(`${folder}/cmdline`, 'utf8').split('\0');
    if (words.at(-1) === '') words.pop();
    return {
      pid,
      parentPid: field(4),
      command: words.length > 0 ? words : [`[${stat.slice(stat.indexOf('(') + 1, close)}]`],
      state: fields[0] ?? '?',
      threads: field(20),
      residentBytes: kilobytes('VmRSS') * 1024,
      peakResidentBytes: kilobytes('VmHWM') * 1024,
      cpuMs: ((field(14) + field(15)) * 1000) / TICKS,
      descriptors: readDescriptors(folder, pid, holders),
      softDescriptorLimit: limit(limits?.[1]),
      hardDescriptorLimit: limit(limits?.[2]),
      startedAt: bootMs + (field(22) * 1000) / TICKS,
      cgroup: readFileSync(`${folder}/cgroup`, 'utf8').trim(),
      network: readNamespace(folder),
    };
  } catch (error) {
    if (hasEnded(error)) return null;
    throw error;
  }
}

function hasEnded(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}

function mayNot(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** Counts the open descriptors and notes which sockets they hold. @returns null where that is not allowed */
function readDescriptors(folder: string, pid: number, holders: Map<string, number>): number | null {
  let names: string[];
  try {
    names = readdirSync(`${folder}/fd`);
  } catch (error) {
    if (mayNot(error)) return null;
    throw error;
  }
  for (const name of names) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/fd/${name}`))?.[1];
      if (inode !== undefined && pid < (holders.get(inode) ?? Number.POSITIVE_INFINITY)) holders.set(inode, pid);
    } catch (error) {
      // Some systems let one count descriptors but not see where they lead.
      if (!hasEnded(error) && !mayNot(error)) throw error;
    }
  }
  return names.length;
}

function readNamespace(folder: string): string {
  try {
    return readlinkSync(`${folder}/ns/net`);
  } catch (error) {
    if (mayNot(error)) return '';
    throw error;
  }
}

function readSockets(root: string, member: number, network: string, holders: ReadonlyMap<string, number>): SocketRecord[] {
  const sockets: SocketRecord[] = [];
  for (const table of ['tcp', 'tcp6']) {
    let text: string;
    try {
      text = readFileSync(`${root}/${member}/net/${table}`, 'utf8');
    } catch (error) {
      // No IPv6 here, or the process has just ended.
      if (hasEnded(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') continue;
      throw error;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns.length < 10) continue;
      const pid = holders.get(columns[9] ?? '') ?? 0;
      // Docker's own resolver in the container's network namespace; no process there holds it.
      if (pid === 0 && columns[1]?.startsWith(DOCKER_RESOLVER)) continue;
      const port = (column: string | undefined): number => Number.parseInt(column?.split(':')[1] ?? '0', 16);
      sockets.push({
        state: TCP_STATES[Number.parseInt(columns[3] ?? '0', 16)] ?? 'UNKNOWN',
        localPort: port(columns[1]),
        remotePort: port(columns[2]),
        pid,
        network,
      });
    }
  }
  return sockets;
}
