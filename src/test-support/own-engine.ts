/** Test support: a Docker engine of the test's own, which may be stopped, started again, and whose disk may be filled. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { hostEnvironment } from '../main/core/engine/endpoint.ts';
import { Engine } from '../main/core/engine/engine.ts';

const WAIT = { timeout: 20_000, interval: 50 };

export class OwnEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'ops-lab-engine-'));
  /** Where it keeps images and containers: a file system of its own. */
  readonly disk = join(this.folder, 'disk');
  readonly engine: Engine;
  /** Holds the network namespace: a daemon that is to have no bridge removes docker0, which is another engine's here. */
  readonly #namespace: ChildProcess;
  #daemon: ChildProcess | null = null;

  /** @param size of its disk, as tmpfs takes it */
  constructor(size: string) {
    mkdirSync(this.disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.disk]);
    this.#namespace = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const host = hostEnvironment();
    this.engine = new Engine({ ...host, env: { ...host.env, DOCKER_HOST: `unix://${join(this.folder, 'engine.sock')}` } });
  }

  /** Starts it and waits until it answers. Containers live on while it is stopped. */
  async start(): Promise<void> {
    const network = `/proc/${this.#namespace.pid}/ns/net`;
    await vi.waitFor(() => expect(readlinkSync(network)).not.toBe(readlinkSync('/proc/self/ns/net')), WAIT);
    const log = openSync(join(this.folder, 'log'), 'a');
    const own = `ops-lab-test-${process.pid}`;
    const args = [
      ['--data-root', this.disk],
      ['--exec-root', join(this.folder, 'exec')],
      ['--pidfile', join(this.folder, 'pid')],
      ['--host', `unix://${join(this.folder, 'engine.sock')}`],
      // Where the machine has a containerd, it is shared with the machine's own engine.
      ['--containerd-namespace', own],
      ['--containerd-plugins-namespace', `${own}-plugins`],
      ['--bridge=none', '--iptables=false', '--ip-forward=false', '--live-restore'],
    ].flat();
    const daemon = spawn('nsenter', [`--net=${network}`, 'dockerd', ...args], { stdio: ['ignore', log, log] });
    this.#daemon = daemon;
    await vi.waitFor(async () => {
      const { state } = await this.engine.refresh();
      const ended = daemon.exitCode === null ? '' : `; it has ended:\n${readFileSync(join(this.folder, 'log'), 'utf8').slice(-3_000)}`;
      if (state !== 'ready') throw new Error(`The engine is ${state}${ended}`);
    }, WAIT);
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = null;
    if (daemon === null || daemon.exitCode !== null) return;
    const exit = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await exit;
  }

  /** Ends it and removes all of it. */
  async remove(): Promise<void> {
    await this.stop();
    const ended = once(this.#namespace, 'exit');
    this.#namespace.kill('SIGKILL');
    await ended;
    for (const mount of readFileSync('/proc/mounts', 'utf8').split('\n').reverse()) {
      const at = mount.split(' ')[1] ?? '';
      if (at.startsWith(`${this.folder}/`)) execFileSync('umount', ['--lazy', at]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
