/** Files of the workspace as the editor sees them: text, with a version that tells whether somebody else changed them. */
import { createHash } from 'node:crypto';
import { OpsLabError } from '../../../shared/contract/errors.ts';
import type { RuntimeSession } from '../runtime/runtime.ts';

const MAX_TEXT_BYTES = 1_000_000;

/** @throws OpsLabError `file-binary` for a file that is no UTF-8 text; those of RuntimeSession.readFile */
export async function readText(runtime: RuntimeSession, path: string): Promise<{ path: string; content: string; version: string }> {
  const bytes = await runtime.readFile(path);
  return { path, content: toText(path, bytes), version: versionOf(bytes) };
}

/**
 * @param version of the file that the text was made from; null for a new file
 * @throws OpsLabError `conflict` when the file is not at that version any more, `file-too-large`
 */
export async function writeText(
  runtime: RuntimeSession,
  path: string,
  content: string,
  version: string | null,
): Promise<{ path: string; version: string }> {
  const bytes = new TextEncoder().encode(content);
  if (bytes.length > MAX_TEXT_BYTES) {
    const message = `${path} would have ${bytes.length} bytes; the editor writes at most ${MAX_TEXT_BYTES}.`;
    throw new OpsLabError('file-too-large', message, { path });
  }
  const now = await runtime.readFile(path).then(versionOf, (error: unknown) => {
    if (error instanceof OpsLabError && error.code === 'not-found') return null;
    throw error;
  });
  if (now !== version) {
    const happened = now === null ? 'was removed' : version === null ? 'exists already' : 'was changed in a terminal or by another window';
    throw new OpsLabError('conflict', `${path} ${happened} since you opened it. Nothing was written.`, { path });
  }
  await runtime.writeFile(path, bytes);
  return { path, version: versionOf(bytes) };
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

function toText(path: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new OpsLabError('file-binary', `${path} is not a text file.`, { path });
}
