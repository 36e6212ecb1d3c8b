/** Which device of the engine's machine a volume lies on, as far as its writing can be limited. */
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { asText, runExec } from './exec.ts';

/**
 * Prints the device's name, or why there is none. A file system without a device of its own (overlay, tmpfs, btrfs, zfs, those
 * of virtual machines' shared folders) has major number 0. Limits are of whole devices, so a partition's parent is meant.
 */
const LOOK = `mount=$(awk -v at="$1" '$5 == at { print; exit }' /proc/self/mountinfo)
number=$(echo "$mount" | cut -d' ' -f3)
if ! cd -P "/sys/dev/block/$number" 2>/dev/null; then echo "$mount" | sed 's/.* - \\([^ ]*\\) .*/none \\1/'; exit; fi
if [ -e partition ]; then cd ..; fi
sed -n 's/^DEVNAME=/device /p' uevent`;

/** @throws OpsLabError `runtime-unavailable` when nothing can be limited; the message says what would help */
export async function deviceOf(docker: Docker, container: string, target: string, signal: AbortSignal): Promise<string> {
  const argv = ['sh', '-c', LOOK, 'device-of', target];
  const { stdout } = asText(await runExec(docker, { container, argv }, { timeoutMs: 20_000, signal }));
  const [kind, name = ''] = stdout.trim().split(' ');
  // The name goes into a path on the engine's machine.
  if (kind === 'device' && /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(name)) return `/dev/${name}`;
  throw noWriteLimit(
    kind === 'none' ? `the engine keeps its volumes on ${name}, which is no device that could be slowed down` : 'no device was found',
  );
}

/** @param reason half a sentence */
export function noWriteLimit(reason: string): OpsLabError {
  return new OpsLabError(
    'runtime-unavailable',
    `This lab needs a disk whose writing can be limited, and ${reason}. It would help if the engine kept its data (docker info: Docker Root Dir) on ext4 or xfs on a disk, a partition or a logical volume of its machine.`,
  );
}
