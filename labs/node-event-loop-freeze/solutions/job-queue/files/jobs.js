import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';

const LONGEST_QUEUE = 100;
/** How long a result is kept for whoever asked for it. */
const KEPT_MS = 60_000;

/** @type {Map<string, {id: string, n: number, primes: number | null}>} */
const jobs = new Map();
const queue = [];
let worker = startWorker();
let current = null;

/** @returns the id of a new job, or null when too many are waiting */
export function addJob(n) {
  if (queue.length >= LONGEST_QUEUE) return null;
  const job = { id: randomUUID(), n, primes: null };
  jobs.set(job.id, job);
  queue.push(job);
  next();
  return job.id;
}

/** @param {string} id */
export function findJob(id) {
  return jobs.get(id);
}

function next() {
  if (current !== null || queue.length === 0) return;
  current = queue.shift();
  worker.postMessage(current.n);
}

function startWorker() {
  const thread = new Worker(new URL('./prime-worker.js', import.meta.url));
  thread.on('message', (primes) => {
    const job = current;
    job.primes = primes;
    current = null;
    setTimeout(() => jobs.delete(job.id), KEPT_MS).unref();
    next();
  });
  thread.on('error', (error) => console.error(error));
  thread.on('exit', () => {
    // The job that was under way is tried again.
    if (current !== null) queue.unshift(current);
    current = null;
    worker = startWorker();
    next();
  });
  return thread;
}
