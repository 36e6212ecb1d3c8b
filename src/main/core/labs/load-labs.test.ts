import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import type { LoadedLab } from './load-lab.ts';
import { loadLabs } from './load-labs.ts';
import { NEW_LAB_FILES } from './new-lab.ts';

let lab: LabOnDisk;
beforeEach(async () => {
  lab = await labOnDisk();
});
afterEach(() => lab.remove());

describe('many labs', () => {
  let extra: string;
  beforeEach(async () => {
    extra = await mkdtemp(join(tmpdir(), 'ops-lab-extra-'));
  });
  afterEach(() => rm(extra, { recursive: true, force: true }));

  it('shows all that are in order beside one that is broken, and says which are third-party', async () => {
    await mkdir(join(extra, 'broken'));
    await mkdir(join(extra, 'other'));
    for (const [path, content] of NEW_LAB_FILES) {
      await mkdir(join(extra, 'other', path, '..'), { recursive: true });
      await writeFile(join(extra, 'other', path), content);
    }
    const { labs, problems: found } = await loadLabs({ builtIn: lab.labs, extra: [extra, join(extra, 'none')] });
    expect(labs.map(({ id, thirdParty }) => [id, thirdParty])).toEqual([
      ['sample', false],
      ['other', true],
    ]);
    expect(found.filter(({ lab: id }) => id === 'broken').length).toBeGreaterThan(0);
    expect(found.some(({ message }) => message.includes('the folder of labs could not be read'))).toBe(true);
  });

  it('keeps the first of two labs with one id and reports the second', async () => {
    const { labs, problems: found } = await loadLabs({ builtIn: lab.labs, extra: [lab.labs] });
    expect(labs.map(({ thirdParty }) => thirdParty)).toEqual([false]);
    expect(found.map(({ message }) => message)).toEqual([`${lab.folder} has the id of ${lab.folder}, which is used; rename the folder`]);
  });

  it('reads again what has changed, and nothing else', async () => {
    const folders = { builtIn: lab.labs, extra: [] };
    const known = new Map<string, LoadedLab>();
    const [first] = (await loadLabs(folders, known)).labs;
    expect((await loadLabs(folders, known)).labs[0]).toBe(first);
    await lab.write('story.md', 'No story.');
    expect((await loadLabs(folders, known)).problems[0]?.file).toBe('story.md');
    await lab.write('story.md', NEW_LAB_FILES.get('story.md') ?? '');
    await lab.write('workspace/more.txt', 'x');
    expect((await loadLabs(folders, known)).labs[0]?.workspaceFiles).toContain('more.txt');
    await rm(join(lab.folder, 'workspace/more.txt'));
    const last = (await loadLabs(folders, known)).labs[0];
    expect(last).toEqual(first);
    await rm(join(lab.folder, 'hints.yaml'));
    await symlink('/dev/null', join(lab.folder, 'hints.yaml'));
    expect((await loadLabs(folders, known)).problems.map(({ message }) => message)).toContain(
      'found a symbolic link; put the file itself here',
    );
  });
});
