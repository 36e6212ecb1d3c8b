import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { loadLab } from './load-lab.ts';
import { formatProblem } from './problem.ts';

describe('a service that is limited or another user', () => {
  let lab: LabOnDisk;
  beforeEach(async () => {
    lab = await labOnDisk();
  });
  afterEach(() => lab.remove());

  it.each([
    [
      'a write limit for a volume that is not there',
      "blkio_config: { device_write_bps: [{ path: 'volume:data', rate: 1m }] }",
      'sample/compose.yaml:15:19: found a limit for the volume data, which app does not have',
    ],
    [
      'a write limit for a device of the host',
      'blkio_config: { device_write_bps: [{ path: /dev/sda, rate: 1m }] }',
      'sample/compose.yaml:15:48: services.app.blkio_config.device_write_bps.0.path: found "/dev/sda", expected volume:data',
    ],
    [
      'a user by name',
      'user: postgres',
      'sample/compose.yaml:15:11: services.app.user: found "postgres", expected UID:GID in numbers, such as 999:999',
    ],
  ])('says where and how: %s', async (_what, line, expected) => {
    await lab.replace('compose.yaml', '  app:\n', `  app:\n    ${line}\n`);
    expect((await loadLab(lab.folder)).problems.map(formatProblem)[0]).toBe(expected);
  });

  it('loads with a user in numbers', async () => {
    await lab.replace('compose.yaml', '  app:\n', "  app:\n    user: '999:999'\n");
    const loaded = await loadLab(lab.folder);
    expect(loaded.problems).toEqual([]);
    expect(loaded.lab?.compose.services.app?.user).toBe('999:999');
  });
});
