import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObserverJob } from '../../../sidecar/observer/protocol.ts';
import { type ObserverFacts, runObserverJob } from './observer-client.ts';
import type { ServiceStatus } from './runtime.ts';

const OBSERVER = fileURLToPath(new URL('../../../sidecar/observer/main.ts', import.meta.url));

const status: ServiceStatus = { name: 'api', state: 'running', restarts: 3, exitCode: null, outOfMemory: false, startedAt: 1 };

describe('a job for the observer', () => {
  let folder: string;
  let child: ChildProcess;
  let restarted: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-lab-observer-'));
    restarted = [];
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const facts: ObserverFacts = {
    processes: async () => [],
    sockets: async () => [{ state: 'LISTEN', localPort: 3000, remotePort: 0, pid: 7 }],
    service: async (name) => {
      if (name !== 'api') throw new Error(`there is no service ${name}`);
      return status;
    },
    restart: async (name) => {
      restarted.push(name);
    },
    containers: async () => [{ id: 'c0ffee', name: 'web', state: 'created', command: 'sleep 9', addresses: [] }],
  };

  function run(job: ObserverJob, signal = AbortSignal.timeout(20_000)): Promise<unknown> {
    child = spawn(process.execPath, [OBSERVER], { stdio: ['pipe', 'pipe', 'ignore'] });
    if (!child.stdin || !child.stdout) throw new Error('no streams');
    return runObserverJob({ input: child.stdin, output: child.stdout }, job, facts, signal);
  }

  async function script(text: string, args: Record<string, string | number | boolean> = {}): Promise<unknown> {
    const path = join(folder, 'probe.mjs');
    await writeFile(path, text);
    return run({ op: 'script', script: path, args, addresses: { api: { host: '127.0.0.1', ports: { 3000: 4321 } } } });
  }

  const probe = (body: string): string => `export default async (probe) => { ${body} };`;

  it('runs a script that asks for facts and restarts a service', async () => {
    const body = `
      console.log('{"result":"forged"}');
      await probe.restart('api');
      const [socket] = await probe.sockets('api');
      return { restarts: (await probe.service('api')).restarts, port: socket.localPort, none: (await probe.processes('api')).length, web: (await probe.containers())[0].name === 'web', given: probe.args.given, yes: true };`;
    expect(await script(probe(body), { given: 5 })).toEqual({ restarts: 3, port: 3000, none: 0, web: 1, given: 5, yes: 1 });
    expect(restarted).toEqual(['api']);
  });

  it('knows the address of a service, and random numbers within their bounds', async () => {
    const body = `
      const numbers = Array.from({ length: 200 }, () => probe.randomInteger(3, 5));
      return { right: probe.url('api', 3000) === 'http://127.0.0.1:4321', plain: probe.url('api', 80) === 'http://127.0.0.1:80', low: Math.min(...numbers), high: Math.max(...numbers) };`;
    expect(await script(probe(body))).toEqual({ right: 1, plain: 1, low: 3, high: 5 });
  });

  it.each([
    ['gives up', `probe.giveUp('the moon is full')`, 'the moon is full'],
    ['waits in vain', `await probe.waitFor('nothing happened', async () => false, 200)`, 'could not check: nothing happened'],
    ['asks for a service that is not there', `await probe.service('other')`, 'there is no service other'],
    ['needs an address that is not there', `probe.url('other', 1)`, 'the lab has no service other that can be reached'],
  ])('could not be measured when the script %s', async (_what, body, message) => {
    await expect(script(probe(body))).rejects.toMatchObject({ code: 'runtime-unavailable', message });
  });

  it.each([
    ['throws', probe(`throw new Error('broken probe')`), 'broken probe'],
    ['returns no figures', probe(''), 'the probe returned no figures'],
    ['returns words', probe(`return { speed: 'fast' }`), 'the figure speed is fast, not a number'],
    ['returns a number that is none', probe('return { speed: 0 / 0 }'), 'the figure speed is NaN, not a number'],
    ['has no default export', 'export const measure = 1;', 'the probe has no default export that is a function'],
  ])('is the fault of a script that %s', async (_what, text, message) => {
    await expect(script(text)).rejects.toMatchObject({ code: 'lab-broken', message });
  });

  it('runs a program and reads its last line', async () => {
    const argv = [process.execPath, '-e', 'console.log("working"); console.log(JSON.stringify({ answer: 42 }))'];
    expect(await run({ op: 'exec', argv })).toEqual({ answer: 42 });
    child.kill('SIGKILL');
    await expect(run({ op: 'exec', argv: ['/nowhere/program'] })).rejects.toMatchObject({ code: 'runtime-unavailable' });
    child.kill('SIGKILL');
    await expect(run({ op: 'exec', argv: ['false'] })).rejects.toMatchObject({ code: 'lab-broken', message: 'false ended with status 1' });
  });

  it('ends by its time-out, by cancelling, and when the observer dies', async () => {
    const forever: ObserverJob = { op: 'exec', argv: ['sleep', '60'] };
    await expect(run(forever, AbortSignal.timeout(300))).rejects.toMatchObject({ code: 'timeout' });
    child.kill('SIGKILL');
    await expect(run(forever, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    child.kill('SIGKILL');
    const lost = run(forever);
    child.kill('SIGKILL');
    await expect(lost).rejects.toMatchObject({ code: 'engine-failed', retryable: true });
  });

  it('leaves no observer and no program behind when its host lets go', async () => {
    const argv = [
      process.execPath,
      '-e',
      `require('node:fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)`,
      join(folder, 'pid'),
    ];
    const cut = new AbortController();
    const job = run({ op: 'exec', argv }, cut.signal);
    const { existsSync, readFileSync } = await import('node:fs');
    await expect.poll(() => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8'), { timeout: 10_000 }).toBeTruthy();
    const pid = readFileSync(join(folder, 'pid'), 'utf8');
    cut.abort();
    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    child.stdin?.end();
    await expect.poll(() => existsSync(`/proc/${pid}/exe`), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => child.exitCode, { timeout: 10_000 }).toBe(0);
  });
});
