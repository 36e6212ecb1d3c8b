import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface DesktopOptions {
  /** Null: the usual place of this system. */
  readonly dataDirectory: string | null;
  /** Further folders with labs, absolute. */
  readonly labFolders: readonly string[];
}

/**
 * Reads `--data-dir DIR` (or OPS_LAB_DATA_DIR) and `--labs DIR`, which may be repeated. Other arguments belong to
 * Chromium and are left alone.
 */
export function readOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): DesktopOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { 'data-dir': { type: 'string' }, labs: { type: 'string', multiple: true } },
    strict: false,
    allowPositionals: true,
  });
  const given = values['data-dir'];
  const dataDirectory = typeof given === 'string' ? given : environment.OPS_LAB_DATA_DIR;
  const labs = Array.isArray(values.labs) ? values.labs : [];
  return {
    dataDirectory: dataDirectory === undefined || dataDirectory === '' ? null : resolve(dataDirectory),
    labFolders: labs.filter((folder): folder is string => typeof folder === 'string').map((folder) => resolve(folder)),
  };
}
