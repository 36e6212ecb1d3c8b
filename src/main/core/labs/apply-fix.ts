import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { RuntimeSession } from '../runtime/runtime.ts';
import type { Fix } from './lab.ts';

const SCRIPT_TIMEOUT_MS = 60_000;

/**
 * Does to a session what a learner would: lays the fix's files over the workspace, runs its apply.sh where the learner
 * works, restarts its services.
 * @throws OpsLabError `lab-broken` when apply.sh fails, or the lab's folder was removed meanwhile
 */
export async function applyFix(session: RuntimeSession, fix: Fix, signal: AbortSignal = new AbortController().signal): Promise<void> {
  for (const path of fix.files) {
    signal.throwIfAborted();
    await session.writeFile(path, await ofLab(fix, join('files', path)));
  }
  if (fix.hasScript) {
    const input = await ofLab(fix, 'apply.sh');
    const { exitCode, stdout, stderr } = await session.exec(['bash', '-s'], { input, signal, timeoutMs: SCRIPT_TIMEOUT_MS });
    if (exitCode !== 0) {
      const said = `${stdout}\n${stderr}`.trim().slice(-500);
      throw new OpsLabError('lab-broken', `apply.sh of “${fix.name}” ended with exit code ${exitCode}. ${said}`);
    }
  }
  for (const service of fix.spec.restart) {
    signal.throwIfAborted();
    await session.restart(service);
  }
}

async function ofLab(fix: Fix, path: string): Promise<Buffer> {
  try {
    return await readFile(join(fix.folder, path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OpsLabError(
      'lab-broken',
      `“${fix.name}” cannot be applied: the lab's files are not there any more (${reason}). Your session goes on without it.`,
    );
  }
}
