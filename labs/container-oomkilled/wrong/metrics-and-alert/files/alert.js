import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/** The limit of this container in bytes, of either version of cgroups; Infinity where there is none. */
function containerLimit() {
  for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    try {
      const text = readFileSync(file, 'utf8').trim();
      return text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
    } catch {
      // The other version, or none.
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** What is used, beside the limit that it will meet. */
export function measures() {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, external, heapUsed, containerLimit: containerLimit(), heapLimit: getHeapStatistics().heap_size_limit };
}

/** Warns once a second while one of both limits is near. */
export function watchMemory() {
  setInterval(() => {
    const { rss, external, heapUsed, containerLimit: limit, heapLimit } = measures();
    if (rss > 0.8 * limit) console.warn(`ALERT: ${percent(rss, limit)} of the container's memory, ${percent(external, limit)} outside of the heap`);
    if (heapUsed > 0.8 * heapLimit) console.warn(`ALERT: ${percent(heapUsed, heapLimit)} of the heap`);
  }, 1000).unref();
}

const percent = (part, whole) => `${Math.round((100 * part) / whole)} %`;
