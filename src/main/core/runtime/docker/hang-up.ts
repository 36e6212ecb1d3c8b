/** Ends programs that were started by exec: the engine has no call for it, and they outlive whoever was attached to them. */
import type Docker from 'dockerode';
import { startExec } from './exec-stream.ts';

/** Of each exec's environment, inherited by all that it starts. For a terminal it is the nonce of its marks. */
export const NONCE_VARIABLE = 'OPSLAB_NONCE';
const TIMEOUT = 10_000;

/** Finds the first process of each exec by its nonce (or by any), and ends it as the end of a terminal would. */
const HANG_UP = `roots() {
  for folder in /proc/[0-9]*; do
    grep -qzE "^OPSLAB_NONCE=$1" "$folder/environ" 2>/dev/null || continue
    grep -q '^PPid:[[:space:]]*0$' "$folder/status" 2>/dev/null && printf '%s ' "\${folder#/proc/}"
  done
}
for signal in HUP KILL; do
  pids=$(roots "$1")
  [ -n "$pids" ] || exit 0
  kill -s $signal $pids 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -n "$(roots "$1")" ] || exit 0; sleep 0.1; done
done`;

/**
 * Ends what was started by exec with a nonce, or all that an earlier host left behind. Never rejects.
 * @param nonce of the terminal or program; empty for all
 */
export async function hangUp(docker: Docker, container: string, nonce: string): Promise<void> {
  // A nonce is put into a pattern: letters and digits only.
  const safe = nonce.replace(/[^A-Za-z0-9_-]/g, '');
  const argv = ['bash', '--norc', '-c', HANG_UP, 'hang-up', safe];
  try {
    const running = await startExec(docker, { container, argv, workingDirectory: '/' });
    const late = setTimeout(() => running.close(), TIMEOUT);
    running.stdin.end();
    running.stderr.resume();
    for await (const _ of running.stdout);
    clearTimeout(late);
    running.close();
  } catch {
    // The container is gone, and what ran in it.
  }
}
