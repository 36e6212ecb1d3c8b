/** 200 broken copies of a valid lab beside a sound one, in one running core. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { writeMutatedLab } from '../../../test-support/mutate-lab.ts';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import type { Caller } from '../core.ts';
import { createCore } from '../create-core.ts';
import { writeNewLab } from './new-lab.ts';
import { formatProblem } from './problem.ts';

const COPIES = 200;
const SEED = 4;

test(`${COPIES} broken copies of a lab: each is refused with its place or rightly taken, and the core goes on`, {
  timeout: 60_000,
}, async () => {
  vi.stubEnv('OPS_LAB_ENGINE', 'none');
  const labs = temporaryDirectory();
  await writeNewLab(labs, 'sound');
  const mutations = new Map<string, Awaited<ReturnType<typeof writeMutatedLab>>>();
  for (let index = 0; index < COPIES; index++) {
    mutations.set(`copy-${index}`, await writeMutatedLab(join(labs, `copy-${index}`), index, SEED));
  }
  const core = await createCore({
    dataDirectory: temporaryDirectory(),
    labFolders: { builtIn: labs, extra: [] },
    sidecarFolder: join(import.meta.dirname, '../../../sidecar'),
    node: process.execPath,
    electronRunAsNode: false,
    version: 'test',
  });
  onTestFinished(() => {
    vi.unstubAllEnvs();
    return core.close('stop');
  });
  const caller: Caller = { learnerId: core.learners.current().id, role: 'local', loopback: true };
  const { labs: listed, problems } = await core.labs.list(caller);
  const taken = new Set(listed.map(({ id }) => id));
  expect(taken).toContain('sound');

  const wrong: string[] = [];
  for (const [id, { what, must }] of mutations) {
    const found = problems.filter(({ lab }) => lab === id);
    if (must === 'accept') {
      if (!taken.has(id) || found.length > 0) wrong.push(`${id} (${what}) was refused: ${found.map(formatProblem)}`);
      continue;
    }
    const [first] = found;
    if (first === undefined || taken.has(id)) {
      wrong.push(`${id} (${what}) was taken`);
      continue;
    }
    for (const problem of found) {
      const shown = formatProblem(problem);
      // One sentence, no stack, nothing of how it is made inside.
      if (
        problem.message === '' ||
        problem.message.length > 700 ||
        /\n|could not be read|undefined|\[object|TypeError/.test(problem.message)
      )
        wrong.push(`${id} (${what}) is not clear: ${shown}`);
      if (problem.line > 0 && problem.line > linesOf(join(labs, id, problem.file)))
        wrong.push(`${id} (${what}) has no such line: ${shown}`);
    }
    // What the person is told who starts it: the first of them, with its place. Some will do: each look may read all again.
    if (!id.endsWith('5')) continue;
    await expect(core.sessions.start(caller, id)).rejects.toMatchObject({
      code: 'lab-broken',
      message: expect.stringContaining(`${first.file}:${first.line}:${first.column} ${first.message}`),
    });
  }
  expect(wrong).toEqual([]);
  expect((await core.labs.list(caller)).labs.map(({ id }) => id)).toContain('sound');
});

function linesOf(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0;
}
