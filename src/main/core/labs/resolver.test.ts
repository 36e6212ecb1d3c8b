/** What compose.yaml may say of who answers for names. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { loadLab } from './load-lab.ts';
import { formatProblem } from './problem.ts';

describe('a resolver in compose.yaml', () => {
  let lab: LabOnDisk;
  beforeEach(async () => {
    lab = await labOnDisk();
  });
  afterEach(() => lab.remove());

  it.each([
    [
      'is no service that the learner handles',
      'x-ops-lab: { role: service, resolver: true }',
      'sample/compose.yaml:15:43: found a resolver, expected it at a service with the role “upstream” only',
    ],
    [
      'is asked on loopback, so that nothing leaves',
      'dns: [10.0.0.53]',
      'sample/compose.yaml:15:11: services.app.dns.0: found "10.0.0.53", expected an address of loopback, such as 127.0.0.53',
    ],
    [
      'is chosen by who has a network of its own',
      'dns: [127.0.0.53]',
      'sample/compose.yaml:15:10: found dns beside network_mode; who shares a network shares its resolv.conf',
    ],
  ])('%s', async (_, line, problem) => {
    await lab.replace('compose.yaml', '  app:\n', `  app:\n    ${line}\n`);
    expect((await loadLab(lab.folder)).problems.map(formatProblem)).toEqual([problem]);
  });
});
