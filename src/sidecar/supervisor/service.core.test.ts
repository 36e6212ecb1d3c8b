import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import type { ServicePlan } from './protocol.ts';
import { Service } from './service.ts';

test('two restarts at once are one: the service is started once more, and runs', async () => {
  const file = join(temporaryDirectory(), 'starts');
  const service = new Service({
    plan: { name: 'api', restart: 'no' } as ServicePlan,
    argv: ['sh', '-c', 'echo start >> "$0"; exec sleep 60', file],
    environment: { PATH: process.env.PATH ?? '' },
    cwd: '/',
    wrapped: false,
    members: () => [],
  });
  onTestFinished(() => service.stop());
  const starts = () => readFileSync(file, 'utf8').split('\n').length - 1;
  await service.start();
  await expect.poll(starts).toBe(1);
  await Promise.all([service.restart(), service.restart()]);
  await expect.poll(starts).toBeGreaterThan(1);
  // A second start would be seen by now.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(starts()).toBe(2);
  expect(service.status.state).toBe('running');
  await service.restart();
  await expect.poll(starts).toBe(3);
});
