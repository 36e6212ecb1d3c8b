import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of `program` as the PATH finds it, or null. */
export function whichProgram(program: string, path = process.env.PATH ?? ''): string | null {
  for (const folder of path.split(delimiter)) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // Not here: the next one.
    }
  }
  return null;
}
