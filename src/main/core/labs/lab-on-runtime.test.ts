import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import type { Lab } from './lab.ts';
import { labOn } from './lab-on-runtime.ts';
import { loadLab } from './load-lab.ts';
import { formatProblem } from './problem.ts';

async function load(folder: string): Promise<Lab> {
  const { lab, problems } = await loadLab(folder);
  if (lab === null) throw new Error(problems.map(formatProblem).join('\n'));
  return lab;
}

describe('a lab whose kernel stage needs containers', () => {
  const folder = join(import.meta.dirname, '../../../../labs/container-oomkilled');

  it('is whole on docker', async () => {
    const lab = await load(folder);
    expect(labOn(lab, 'docker')).toEqual(lab);
  });

  it('has on the shell runtime neither the service nor what only it needs', async () => {
    const { manifest, compose, hints } = labOn(await load(folder), 'shell');
    expect(Object.keys(compose.services)).toEqual(['host', 'database', 'callers', 'members']);
    expect(compose.services.callers).toMatchObject({ depends_on: ['members'], environment: { MEMBERS_URL: 'http://members:8081' } });
    expect(compose.services.callers?.environment).not.toHaveProperty('PICTURES_URL');
    expect(manifest.objectives.map(({ id }) => id)).toEqual(['who-ends-members', 'members-live', 'members-right']);
    expect(Object.keys(manifest.probes)).toEqual(['heap', 'right-members']);
    expect(manifest.terminals.map(({ name }) => name)).toEqual(['shell', 'log-members']);
    expect(manifest.restartable).toEqual(['members']);
    expect(Object.keys(hints)).toEqual(['who-ends-members', 'members-live']);
  });

  it('keeps a fix with what it is about there, and drops one that is about nothing there', async () => {
    const lab = await load(folder);
    const { solutions, wrong } = labOn(lab, 'shell');
    expect(solutions.find(({ name }) => name === 'lru-with-ttl')?.spec).toMatchObject({
      expect: { 'members-live': 'fixed', 'members-right': 'fixed' },
      restart: ['members'],
    });
    expect(lab.wrong.map(({ name }) => name)).toContain('heap-limit-for-pictures');
    expect(wrong.map(({ name }) => name)).not.toContain('heap-limit-for-pictures');
  });
});

describe('the labs on the shell runtime', () => {
  const folder = join(import.meta.dirname, '../../../../labs');

  it('have no fix that uses docker: there it would be the engine of this computer', async () => {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => existsSync(join(folder, entry.name, 'lab.yaml')));
    const uses: string[] = [];
    for (const { name } of names) {
      const { solutions, wrong } = labOn(await load(join(folder, name)), 'shell');
      for (const fix of [...solutions, ...wrong]) {
        if (fix.hasScript && /\bdocker\b/.test(await readFile(join(fix.folder, 'apply.sh'), 'utf8'))) uses.push(`${name} ${fix.name}`);
      }
    }
    expect(names.length).toBeGreaterThan(3);
    expect(uses).toEqual([]);
  });
});

describe('a lab with fixes that one runtime alone allows', () => {
  it('has them there and not elsewhere', async () => {
    const lab = await load(join(import.meta.dirname, '../../../../labs/container-dns'));
    const solutions = (kind: 'docker' | 'shell') => labOn(lab, kind).solutions.map(({ name }) => name);
    expect(solutions('docker')).toEqual(solutions('shell').filter((name) => name !== 'host-network' && name !== 'engine-wide'));
    expect(solutions('shell')).toContain('host-network');
  });
});

describe('a lab that says where something exists', () => {
  let lab: LabOnDisk;
  beforeEach(async () => {
    lab = await labOnDisk();
  });
  afterEach(() => lab.remove());
  const problems = async () => (await loadLab(lab.folder)).problems.map(formatProblem);

  it('must leave a repair on each runtime', async () => {
    await lab.replace('lab.yaml', '  - kind: repair\n', '  - kind: repair\n    runtimes: [docker]\n');
    expect(await problems()).toEqual([
      expect.stringContaining('found no objective of kind repair for the runtime shell, expected at least one'),
    ]);
  });

  it('must name runtimes that it has', async () => {
    await lab.replace('lab.yaml', '  - kind: repair\n', '  - kind: repair\n    runtimes: [docker, podman]\n');
    expect((await problems()).join('\n')).toContain('podman');
  });

  it('must not measure a service where it is not', async () => {
    await lab.replace(
      'compose.yaml',
      '    network_mode: service:host\n',
      '    network_mode: service:host\n    x-ops-lab: { role: service, runtimes: [docker] }\n',
    );
    expect((await problems()).join('\n')).toContain("which the runtime shell has not; name the objective's runtimes");
  });
});
