import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface DesktopOptions {
  /** Absolute; null when it was not given. */
  readonly dataDirectory: string | null;
  /** Further folders with labs, absolute. */
  readonly labFolders: readonly string[];
}

/**
 * Reads `--data-dir DIR` and `--labs DIR`, which may be repeated. Other arguments belong to Chromium and are left alone.
 */
export function readOptions(argv: readonly string[]): DesktopOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { 'data-dir': { type: 'string' }, labs: { type: 'string', multiple: true } },
    strict: false,
    allowPositionals: true,
  });
  const dataDirectory = values['data-dir'];
  const labs = Array.isArray(values.labs) ? values.labs : [];
  return {
    dataDirectory: typeof dataDirectory === 'string' && dataDirectory !== '' ? resolve(dataDirectory) : null,
    labFolders: labs.filter((folder): folder is string => typeof folder === 'string').map((folder) => resolve(folder)),
  };
}
