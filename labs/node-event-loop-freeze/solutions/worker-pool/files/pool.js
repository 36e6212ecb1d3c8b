import { Worker } from 'node:worker_threads';

/** One more thread than one processor could use would only take turns with the first. */
const WORKERS = 1;
/** What callers may be asked to wait for. At 1 s each, the last of them waits for 20 s. */
const LONGEST_QUEUE = 20;

/** A calculation that was not taken, because too many are waiting. */
export class QueueFull extends Error {}

const idle = [];
const queue = [];

for (let i = 0; i < WORKERS; i += 1) startWorker();

/** Nobody waits for this calculation any more. */
export class CallerGone extends Error {}

/**
 * @param {() => boolean} isGone whether the caller has hung up: then it is not begun
 * @returns {Promise<number>} the number of primes up to n
 */
export function countPrimesInPool(n, isGone) {
  if (queue.length >= LONGEST_QUEUE) return Promise.reject(new QueueFull());
  return new Promise((resolve, reject) => {
    queue.push({ n, isGone, resolve, reject });
    next();
  });
}

function next() {
  while (queue.length > 0 && queue[0].isGone()) queue.shift().reject(new CallerGone());
  if (queue.length === 0 || idle.length === 0) return;
  const worker = idle.pop();
  worker.task = queue.shift();
  worker.thread.postMessage(worker.task.n);
}

function startWorker() {
  const worker = { thread: new Worker(new URL('./prime-worker.js', import.meta.url)), task: null };
  worker.thread.on('message', (primes) => {
    worker.task.resolve(primes);
    worker.task = null;
    idle.push(worker);
    next();
  });
  worker.thread.on('error', (error) => {
    worker.task?.reject(error);
    worker.task = null;
  });
  worker.thread.on('exit', () => {
    const place = idle.indexOf(worker);
    if (place !== -1) idle.splice(place, 1);
    startWorker();
  });
  idle.push(worker);
  next();
}
