/** What the gate before the engine costs: the same client against the gate of a session, and against the engine itself. */
import { startGateOnEngine } from '../../src/test-support/gate-on-engine.ts';
import type { Bench, Measurement } from '../lib/context.ts';
import { docker, labImage } from '../lib/docker.ts';
import { median } from '../lib/stats.ts';

async function time(args: readonly string[], host: string): Promise<number> {
  const environment = { ...process.env, DOCKER_CLI_HINTS: 'false', ...(host === '' ? {} : { DOCKER_HOST: host }) };
  const started = performance.now();
  await docker(args, environment);
  return performance.now() - started;
}

async function measure({ cleanup, quick }: Bench) {
  const starting = startGateOnEngine('docker', await labImage());
  cleanup.add('the gate', async () => (await starting).end());
  const session = await starting;
  const { host, config } = session;
  const throughGate = { ps: ['ps'], run: ['run', '--rm', 'lab:latest', 'true'] };
  // What the gate forces on a container, asked for directly.
  const limits = ['--init', '--memory', '256m', '--cpus', '1', '--pids-limit', '128', '--network', config.sessionNetworkId];
  const direct = {
    ps: ['ps', '--filter', `label=io.ops-lab.session=${session.id}`],
    run: ['run', '--rm', ...limits, config.allowedImages[0]?.id ?? '', 'true'],
  };
  const times = { ps: [] as number[], run: [] as number[] };
  const floors = { ps: [] as number[], run: [] as number[] };
  // Starting the client takes most of the time of `ps` and varies much: many rounds, and each first as often as the other.
  const rounds = quick ? { ps: 20, run: 6 } : { ps: 150, run: 30 };
  for (const kind of ['ps', 'run'] as const) {
    const turns = [
      async () => floors[kind].push(await time(direct[kind], '')),
      async () => times[kind].push(await time(throughGate[kind], host)),
    ];
    for (let round = 0; round < rounds[kind]; round++) {
      for (const turn of turns) await turn();
      turns.reverse();
    }
  }
  return [
    { name: 'gate_ps', unit: 'ms', value: median(times.ps), floor: median(floors.ps), limits: { atMostFloors: 1.3 } },
    { name: 'gate_run', unit: 'ms', value: median(times.run), floor: median(floors.run), limits: { atMostFloors: 1.1 } },
  ];
}

export const gate: Measurement = { names: ['gate_ps', 'gate_run'], measure };
