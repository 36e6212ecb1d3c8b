/** The built web host on a data directory that is full, nearly full, or read-only: real file systems, in a mount namespace of their own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { needsNamespaces } from '../../test-support/requirements.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';

const HOST = join(import.meta.dirname, '../../../out/main/web.js');

/** Starts the host on a fresh file system. @returns what it said before it ended */
async function startOn(options: string, before: string): Promise<{ code: unknown; said: string }> {
  const script = `mount -t tmpfs -o "$2" none "$1" && ${before} && exec "$3" "$4" --port 0 --data-dir "$1"`;
  const args = [
    '--user',
    '--map-root-user',
    '--mount',
    'bash',
    '-c',
    script,
    'host',
    temporaryDirectory(),
    options,
    process.execPath,
    HOST,
  ];
  const env = { ...process.env, OPS_LAB_ENGINE: 'none' };
  return promisify(execFile)('unshare', args, { env, timeout: 25_000 }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: unknown; stderr: string }) => ({ code: error.code, said: error.stderr.trim() }),
  );
}

test.skipIf(!needsNamespaces()).each([
  ['is full', 'size=4k', 'head -c 4096 /dev/zero >"$1/other"', /^ops-lab: The disk is full: the data directory .* Free some space/],
  ['has no room for the database', 'size=40k', 'true', /^ops-lab: The disk is full: the database .* Free some space/],
  ['is read-only', 'ro', 'true', /^ops-lab: The data directory .* cannot be written .* --data-dir/],
])('a data directory that %s: one sentence says so, and the host ends', async (_what, options, before, sentence) => {
  const { code, said } = await startOn(options, before);
  expect(said).toMatch(sentence);
  expect(said.split('\n')).toHaveLength(1);
  expect(code).toBe(1);
});
