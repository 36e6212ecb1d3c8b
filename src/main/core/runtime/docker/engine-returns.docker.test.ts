/** The engine stops in mid-session and comes back: seen through a socket of the test's own before the real engine's. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useLabImage } from '../../../../test-support/lab-image.ts';
import { needsEngine } from '../../../../test-support/requirements.ts';
import { bundleObserver } from '../../../../test-support/sidecar.ts';
import { makeSmallLab } from '../../../../test-support/small-lab.ts';
import { hostEnvironment } from '../../engine/endpoint.ts';
import { Engine } from '../../engine/engine.ts';
import { createDockerRuntime } from './docker-runtime.ts';

/** A way to an engine that can be cut and mended. */
class Way {
  readonly path: string;
  readonly #to: string;
  readonly #open = new Set<Socket>();
  #server: Server | null = null;

  constructor(path: string, to: string) {
    this.path = path;
    this.#to = to;
  }

  async mend(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ path: this.#to, allowHalfOpen: true });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#open.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => this.#open.delete(one));
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#open) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
    await rm(this.path, { force: true });
  }
}

test.skipIf(!needsEngine())(
  'a session outlives its engine’s absence: calls say that the engine is missing, then all goes on',
  { timeout: 180_000 },
  async () => {
    const { engine: real, images } = await useLabImage();
    const { endpoint } = await real.details();
    const folder = await mkdtemp(join(tmpdir(), 'ops-lab-way-'));
    const way = new Way(join(folder, 'engine.sock'), endpoint.url.slice('unix://'.length));
    const [sidecar, small] = await Promise.all([bundleObserver(), makeSmallLab()]);
    const host = hostEnvironment();
    const engine = new Engine({ ...host, env: { ...host.env, DOCKER_HOST: `unix://${way.path}` } });
    const home = randomBytes(16).toString('hex');
    const runtime = createDockerRuntime({
      engine,
      images,
      home,
      sidecarFolder: sidecar.folder,
      integration: '',
      node: process.execPath,
      electronRunAsNode: false,
    });
    const sessionId = randomBytes(16).toString('hex');
    try {
      await way.mend();
      const learnerId = randomBytes(16).toString('hex');
      const signal = AbortSignal.timeout(150_000);
      const session = await runtime.start({ sessionId, learnerId, lab: small.lab, folder, onProgress: () => {}, signal });
      let lost = '';
      session.onLost((reason) => {
        lost = reason;
      });
      await session.ready;
      await session.writeFile('kept.txt', Buffer.from('kept'));

      await way.cut();
      await expect(session.exec(['true'])).rejects.toMatchObject({ code: 'engine-missing', retryable: true });
      expect(await engine.refresh()).toMatchObject({ state: expect.stringMatching(/missing|unreachable/) });
      expect(lost).toBe('');

      await way.mend();
      await expect.poll(async () => (await session.exec(['echo', 'back'])).stdout.trim(), { timeout: 30_000 }).toBe('back');
      expect(Buffer.from(await session.readFile('kept.txt')).toString()).toBe('kept');
      expect((await session.services()).length).toBeGreaterThan(0);
      expect(lost).toBe('');
      expect(await session.stop()).toEqual([]);
    } finally {
      if (!(await engine.refresh()).version) await way.mend().catch(() => {});
      await runtime.sweep(new Set());
      await way.cut();
      await Promise.all([sidecar.remove(), small.remove(), rm(folder, { recursive: true, force: true })]);
    }
  },
);
