/**
 * Fills the memory of whoever runs it, in steps of 10 MiB, and says how far it came.
 *
 *   node tools/fill.js buffers    outside of V8's heap; only below a limit of the kernel
 *   node tools/fill.js objects    inside
 */
import { readFileSync } from 'node:fs';

const STEP = 10 * 1_048_576;
/** An object with five fields has 24 bytes of its own and 8 for each of them; its place in an array takes 8 more. */
const OBJECT = 24 + 5 * 8 + 8;

const [what] = process.argv.slice(2);
const kept = [];
/** Without a limit below this the machine itself would run out. */
const LARGEST = 2 ** 31;

function limit() {
  for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    try {
      return Number(readFileSync(file, 'utf8'));
    } catch {
      // The other version of cgroups, or none.
    }
  }
  return Number.POSITIVE_INFINITY;
}

if (what !== 'buffers' && what !== 'objects') {
  console.error('node tools/fill.js buffers|objects');
  process.exit(2);
}
if (!(limit() < LARGEST) && (what === 'buffers' || !process.execArgv.some((word) => word.startsWith('--max-old-space-size')))) {
  console.error('No limit below 2 GiB holds here. Give V8 one (node --max-old-space-size=64 tools/fill.js objects).');
  process.exit(2);
}
for (let step = 1; ; step += 1) {
  if (what === 'buffers') kept.push(Buffer.alloc(STEP, 1));
  else kept.push(objects(Math.round(STEP / OBJECT)));
  process.stdout.write(`${step * 10} MiB\n`);
}

function objects(count) {
  // With its length from the beginning, an array takes no more than that.
  const list = new Array(count);
  for (let i = 0; i < count; i += 1) list[i] = { year: i, month: i, points: i, level: i, next: null };
  return list;
}
