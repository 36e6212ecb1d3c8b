// The import table and the length of files, checked in all sources. Run under a current Node by check.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './lib/hash.mjs';
import { checkSources } from './lib/import-rules.mjs';
import { ROOT } from './lib/paths.mjs';

const files = ['src', 'scripts', 'e2e', 'bench']
  .flatMap((directory) =>
    listFiles(ROOT, directory, (path) => /\.(tsx?|mts|cts|mjs|cjs|js)$/.test(path) && !path.includes('/node_modules/')),
  )
  .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));
const violations = checkSources(files);
for (const { path, line, message } of violations) console.log(`${path}:${line}: ${message}`);
console.log(violations.length === 0 ? `${files.length} files, no violation` : `${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
