import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { membersOf } from './process-table.ts';
import { MARKER, type ServicePlan } from './protocol.ts';
import { Service } from './service.ts';

test('two restarts at once are one: the service is started once more, and runs', async () => {
  const folder = temporaryDirectory();
  const file = join(folder, 'starts');
  const service = new Service({
    plan: { name: 'api', restart: 'no' } as ServicePlan,
    argv: ['sh', '-c', 'echo start >> "$0"; exec sleep 60', file],
    environment: { PATH: process.env.PATH ?? '', [MARKER.session]: folder },
    cwd: '/',
    wrapped: false,
    members: () => [],
  });
  onTestFinished(() => service.stop());
  const starts = () => readFileSync(file, 'utf8').split('\n').length - 1;
  await service.start();
  await expect.poll(starts).toBe(1);
  await Promise.all([service.restart(), service.restart()]);
  // Both have been answered: a second process would be there, too.
  expect(membersOf(folder)).toHaveLength(1);
  await expect.poll(starts).toBe(2);
  expect(service.status.state).toBe('running');
  await service.restart();
  await expect.poll(starts).toBe(3);
});
