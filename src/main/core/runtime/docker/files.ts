/** The files of the workspace, through small programs in the terminal's container. */
import type Docker from 'dockerode';
import { OpsLabError } from '../../../../shared/contract/errors.ts';
import { FILE_LIMIT, tooLarge } from '../file-limit.ts';
import type { WorkspaceEntry } from '../runtime.ts';
import { workspacePath } from '../workspace-path.ts';
import { asText, runExec } from './exec.ts';

const ENTRY_LIMIT = 2_000;
const TIMEOUT = 10_000;

/** Size first, so that a write that was cut off does not replace the file. The file keeps its inode and mode. */
const WRITE = `set -e
mkdir -p -- "\${1%/*}"
[ ! -d "$1" ] || exit 21
part=$(mktemp)
trap 'rm -f -- "$part"' EXIT
cat > "$part"
[ "$(stat -c %s -- "$part")" = "$2" ] || exit 22
cat -- "$part" > "$1"`;

/** @returns the direct children of a directory, directories first, in order of name */
export async function listFiles(docker: Docker, container: string, directory: string): Promise<WorkspaceEntry[]> {
  const path = workspacePath(directory, 'directory');
  const argv = ['find', '-H', `/lab/${path}`, '-mindepth', '1', '-maxdepth', '1', '-printf', '%Y\\t%s\\t%f\\0'];
  const result = asText(await runExec(docker, { container, argv }, { timeoutMs: TIMEOUT }));
  if (result.exitCode !== 0 && result.stdout === '') throw new OpsLabError('not-found', `There is no directory ${path} in the workspace.`);
  const entries: WorkspaceEntry[] = [];
  for (const line of result.stdout.split('\0')) {
    const [type, size, ...name] = line.split('\t');
    if ((type !== 'f' && type !== 'd') || entries.length >= ENTRY_LIMIT) continue;
    const child = name.join('\t');
    entries.push({ path: path === '' ? child : `${path}/${child}`, kind: type === 'd' ? 'directory' : 'file', size: Number(size) });
  }
  return entries.sort((a, b) => a.kind.localeCompare(b.kind) || (a.path < b.path ? -1 : 1));
}

/** @throws OpsLabError `not-found`, `file-too-large`, `not-allowed` */
export async function readFile(docker: Docker, container: string, file: string): Promise<Uint8Array> {
  const path = workspacePath(file);
  const content = ['-type', 'f', '-size', `-${FILE_LIMIT + 1}c`, '-exec', 'head', '-c', String(FILE_LIMIT + 1), '--', '{}', ';'];
  const argv = ['find', '-L', `/lab/${path}`, '-maxdepth', '0', '-printf', '%y %s\\n', ...content];
  const { stdout } = await runExec(docker, { container, argv }, { timeoutMs: TIMEOUT });
  const end = stdout.indexOf('\n');
  const [type, size] = stdout.slice(0, end).split(' ');
  if (end < 0 || type === 'l' || type === 'N') throw new OpsLabError('not-found', `There is no file ${path} in the workspace.`);
  if (type !== 'f') throw new OpsLabError('not-allowed', `${path} is not a plain file.`);
  if (Number(size) > FILE_LIMIT) throw tooLarge(path, Number(size));
  return Buffer.from(stdout.slice(end + 1), 'latin1');
}

/** Writes the whole file, making its folders. @throws OpsLabError `file-too-large`, `not-allowed`, `engine-failed` */
export async function writeFile(docker: Docker, container: string, file: string, content: Uint8Array): Promise<void> {
  const path = workspacePath(file);
  if (content.length > FILE_LIMIT) throw tooLarge(path, content.length);
  const argv = ['sh', '-c', WRITE, 'write-file', `/lab/${path}`, String(content.length)];
  const result = asText(await runExec(docker, { container, argv }, { input: content, timeoutMs: TIMEOUT }));
  if (result.exitCode === 21) throw new OpsLabError('not-allowed', `${path} is a directory.`);
  if (result.exitCode !== 0) {
    throw new OpsLabError(
      'engine-failed',
      `${path} could not be written: ${result.stderr.trim().slice(0, 200) || `status ${result.exitCode}`}`,
    );
  }
}
