// Where things are in this clone. Everything that the scripts keep between runs is in `.tools/`, which git ignores.
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this clone. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const TOOLS = join(ROOT, '.tools');
export const OUT = join(ROOT, 'out');

/**
 * A folder under `.tools/`, made if it is not there.
 * @param {...string} parts
 */
export function toolsDirectory(...parts) {
  const directory = join(TOOLS, ...parts);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The folder in which the person typed the command: npm changes into the root first. */
export function callerDirectory() {
  return process.env.INIT_CWD ?? process.cwd();
}
