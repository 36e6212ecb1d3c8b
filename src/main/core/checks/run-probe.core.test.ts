import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { InProcessSession, processFacts } from '../../../test-support/in-process-session.ts';
import { ProbeSchema } from '../labs/manifest.ts';
import { runProbe } from './run-probe.ts';

let session: InProcessSession;
beforeEach(async () => {
  session = await InProcessSession.start((_, response) => response.end('ok'));
});
afterEach(() => session.stop());

const bounds = [{ measure: 'x', label: 'x', below: 1 }];
const run = (spec: Omit<z.input<typeof ProbeSchema>, 'bounds' | 'title'> & { timeout?: number }, signal = new AbortController().signal) =>
  runProbe(ProbeSchema.parse({ title: 'The probe', bounds, ...spec }), session, signal);
const app = { service: 'app' };

describe('a probe', () => {
  it('sends load and gives percentiles', async () => {
    const result = await run({ use: 'http-load', with: { ...app, port: 80, path: '/', rate: 50, seconds: 0.4 } });
    expect(result).toMatchObject({ status: 'measured', measures: { sent: 20, ok: 20, failed: 0 } });
  });

  it('says in words why it could not measure', async () => {
    expect(await run({ use: 'script', with: { script: 'none.mjs' } })).toEqual({
      status: 'could-not-check',
      reason: 'There is no script none.mjs.',
    });
    session.scripts.broken = () => Promise.reject(new Error('ECONNREFUSED'));
    expect(await run({ use: 'script', with: { script: 'broken' } })).toEqual({
      status: 'could-not-check',
      reason: '“The probe” failed: ECONNREFUSED',
    });
  });

  it('ends at its time-out though the measuring goes on', async () => {
    session.scripts.slow = async () => {
      await delay(5000);
      return {};
    };
    expect(await run({ use: 'script', with: { script: 'slow' }, timeout: 1 })).toEqual({
      status: 'could-not-check',
      reason: '“The probe” was not done within 1 s.',
    });
  });

  it('ends when it is cancelled', async () => {
    session.scripts.slow = () => delay(5000).then(() => ({}));
    expect(await run({ use: 'script', with: { script: 'slow' } }, AbortSignal.timeout(20))).toEqual({
      status: 'could-not-check',
      reason: 'The check was cancelled.',
    });
  });

  it('tells the state of a service, and leaves out the exit code that there is none of', async () => {
    expect(await run({ use: 'service-state', with: app })).toEqual({
      status: 'measured',
      measures: { running: 1, restarts: 0, outOfMemory: 0 },
    });
    expect((await run({ use: 'service-state', with: { service: 'none' } })).status).toBe('could-not-check');
  });

  it('counts the descriptors of the main process, past init and children', async () => {
    session.processFacts = [
      processFacts({ pid: 1, parentPid: 0, command: ['/sbin/docker-init', '--'], descriptors: 4 }),
      processFacts({ pid: 7, parentPid: 1, descriptors: 90 }),
      processFacts({ pid: 9, parentPid: 7, descriptors: 10 }),
    ];
    expect(await run({ use: 'descriptors', with: app })).toEqual({
      status: 'measured',
      measures: { count: 90, total: 104, softLimit: 128, hardLimit: 128 },
    });
  });

  it('never takes a process that is not there, or cannot be read, for one without descriptors', async () => {
    expect((await run({ use: 'descriptors', with: app })).status).toBe('could-not-check');
    session.processFacts = [processFacts({ descriptors: -1 })];
    expect((await run({ use: 'descriptors', with: app })).status).toBe('could-not-check');
  });

  it('samples what the processes use', async () => {
    session.processFacts = [processFacts({ state: 'R (running)' })];
    const result = await run({ use: 'processes', with: app });
    expect(result).toMatchObject({
      status: 'measured',
      measures: { count: 1, threads: 7, residentMb: 50, peakResidentMb: 60, cpuPercent: 0, runningShare: 1 },
    });
  });

  it('counts sockets on one port, however their states are written', async () => {
    session.socketFacts = ['LISTEN', 'ESTAB', 'established', 'CLOSE-WAIT', 'TIME_WAIT'].map((state) => ({
      state,
      localPort: 80,
      remotePort: 0,
      pid: 1,
    }));
    session.socketFacts.push({ state: 'LISTEN', localPort: 81, remotePort: 0, pid: 1 });
    expect(await run({ use: 'sockets', with: { ...app, port: 80 } })).toEqual({
      status: 'measured',
      measures: { listeners: 1, established: 2, closeWait: 1, timeWait: 1 },
    });
  });

  it('restarts in cycles and sees whether the process is a new one', async () => {
    session.processFacts = [processFacts()];
    session.socketFacts = [{ state: 'LISTEN', localPort: 80, remotePort: 0, pid: 10 }];
    expect(await run({ use: 'restart-cycles', with: { ...app, port: 80, cycles: 2 } })).toMatchObject({
      status: 'measured',
      measures: { cycles: 2, late: 0, listeners: 1, newProcess: 0 },
    });
    expect(session.restarts).toBe(2);
  });

  it('measures a service that never listens as late, not as unmeasured', async () => {
    session.processFacts = [processFacts()];
    const result = await run({ use: 'restart-cycles', with: { ...app, port: 80, cycles: 1, 'listen-within-ms': 100 } });
    expect(result).toMatchObject({ status: 'measured', measures: { late: 1, listeners: 0 } });
  });
});
