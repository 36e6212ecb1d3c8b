/** Sessions on the real engine, each with a network, a workstation container and a gate; and what the engine has of them. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeConfig, type GateConfig } from '../sidecar/gate/config.ts';
import { endSession } from '../sidecar/gate/end-session.ts';
import { Gate } from '../sidecar/gate/gate.ts';
import { GateSession } from '../sidecar/gate/session.ts';

/** The docker clients of this machine. */
export const CLIENTS = ['/usr/local/bin/docker', '/usr/bin/docker', '/opt/homebrew/bin/docker'].filter((path) => existsSync(path));

/** Words of a command line; double quotes hold one together. */
export const words = (line: string): string[] => (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both. */
  readonly all: string;
}

/** Runs a docker client. @param host its DOCKER_HOST; empty for the real engine */
export function runDocker(
  client: string,
  host: string,
  args: readonly string[],
  options: { input?: string | Buffer; timeoutMs?: number; cwd?: string; signal?: AbortSignal } = {},
): Promise<Ran> {
  const { input = '', timeoutMs = 60_000, cwd, signal } = options;
  return new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: tmpdir(),
      DOCKER_CLI_HINTS: 'false',
      DOCKER_BUILDKIT: '0',
      ...(host === '' ? {} : { DOCKER_HOST: host }),
    };
    const child = execFile(
      client,
      [...args],
      { env, timeout: timeoutMs, cwd, signal, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 255) : 0;
        resolve({ code, stdout, stderr, all: stdout + stderr });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

export interface GateOnEngine {
  readonly id: string;
  readonly config: GateConfig;
  readonly gate: Gate;
  readonly socket: string;
  readonly host: string;
  readonly terminal: string;
  /** What carries the session's label on the engine, workstation and session network apart. */
  traces(): Promise<string[]>;
  /** @returns what was left */
  end(): Promise<string[]>;
}

/** @param resolver whether the workstation stands in for the lab's resolver; it answers nothing */
export async function startGateOnEngine(
  client: string,
  image: string,
  more: Partial<Parameters<typeof completeConfig>[0]> = {},
  resolver = false,
): Promise<GateOnEngine> {
  const id = randomBytes(8).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'ops-lab-gate-'));
  const real = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runDocker(client, '', args);
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const label = `io.ops-lab.session=${id}`;
  const network = await real(
    'network',
    'create',
    '--internal',
    '-o',
    'com.docker.network.bridge.inhibit_ipv4=true',
    `ops-lab-${id}-default`,
  );
  const workspace = await real('volume', 'create', `ops-lab-${id}-workspace`);
  const terminal = await real(
    'run',
    '-d',
    '--init',
    '--name',
    `ops-lab-${id}-terminal`,
    '--network',
    network,
    '-v',
    `${workspace}:/lab`,
    image,
    'sleep',
    'infinity',
  );
  const socket = join(folder, 'docker.sock');
  const config = completeConfig({
    sessionId: id,
    engineSocket: '/var/run/docker.sock',
    listenSocket: socket,
    ledgerFile: join(folder, 'ledger.jsonl'),
    workspaceVolume: workspace,
    sessionNetworkId: network,
    terminalContainerId: terminal,
    allowedImages: [{ name: 'lab:latest', id: image }],
    labels: { 'io.ops-lab.session': id, 'io.ops-lab.service': '~gate' },
    secret: randomBytes(32).toString('hex'),
    reservedNames: ['terminal'],
    resolver: resolver ? { containerId: terminal, folder: join(folder, 'resolv') } : null,
    ...more,
    limits: { requestsPerSecond: 500, requestBurst: 2_000, ...more.limits },
  });
  const gate = new Gate(config);
  await gate.open();
  const traces = async (): Promise<string[]> => {
    const filter = ['--filter', `label=${label}`];
    const lists = await Promise.all([
      real('ps', '-aq', '--no-trunc', ...filter),
      real('network', 'ls', '-q', '--no-trunc', ...filter),
      real('volume', 'ls', '-q', ...filter),
      real('images', '-aq', '--no-trunc', ...filter),
    ]);
    return [...new Set(lists.flatMap((list) => list.split('\n').filter((line) => line !== '')))].sort();
  };
  return {
    id,
    config,
    gate,
    socket,
    host: `unix://${socket}`,
    terminal,
    traces,
    end: async () => {
      await gate.close();
      const session = new GateSession(config);
      await session.begin();
      const left = await endSession(session);
      session.close();
      await real('rm', '-f', '-v', terminal);
      await real('network', 'rm', network);
      await real('volume', 'rm', '-f', workspace);
      await rm(folder, { recursive: true, force: true });
      return left;
    },
  };
}
