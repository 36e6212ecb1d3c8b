import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of `program` as the PATH finds it, or null. */
export function whichProgram(program: string, path = process.env.PATH ?? ''): string | null {
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  for (const folder of path.split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not here: the next one.
    }
  }
  return null;
}
