/** The two native modules, tried before anything needs them: one that is missing or made for another system would end the process with a stack. */
import { createRequire } from 'node:module';
import { OpsLabError } from '../shared/contract/errors.ts';

/** better-sqlite3 needs it, and ends older ones without a word. */
const OLDEST_NODE = 22;
const MODULES: Readonly<Record<string, { readonly what: string; try(loaded: unknown): void }>> = {
  'better-sqlite3': {
    what: 'the database needs',
    // Its binary is loaded with the first database.
    try: (Database) => new (Database as typeof import('better-sqlite3'))(':memory:').close(),
  },
  'node-pty': { what: 'terminals need', try: () => {} },
};

/**
 * Loads the native modules of this process.
 * @param load as `require` does; tests have their own
 * @throws OpsLabError `runtime-unavailable` with the module, the reason and what to do
 */
export function requireNatives(load: (name: string) => unknown = createRequire(import.meta.url), version = process.versions.node): void {
  if (Number.parseInt(version, 10) < OLDEST_NODE) {
    throw new OpsLabError(
      'runtime-unavailable',
      `Ops Lab needs Node ${OLDEST_NODE} or newer; this is ${version}. Start it with npm start, which finds or fetches one.`,
    );
  }
  for (const [name, module] of Object.entries(MODULES)) {
    try {
      module.try(load(name));
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new OpsLabError(
        'runtime-unavailable',
        `The module ${name}, which ${module.what}, cannot be loaded on this system (${process.platform}-${process.arch}): ${reason}. Install Ops Lab again; in a checkout, delete node_modules and run npm start.`,
        { module: name },
      );
    }
  }
}
