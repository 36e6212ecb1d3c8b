import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { isOddPrime } from './primes.js';

/** How long one slice may keep the loop from everything else. */
const SLICE_MS = 5;
const LONGEST_QUEUE = 20;

/** A calculation that was not taken, because too many are waiting. */
export class QueueFull extends Error {}

/** Nobody waits for this calculation any more. */
export class CallerGone extends Error {}

let waiting = 0;
let last = Promise.resolve();

/**
 * One calculation at a time: two at once would make every turn of the loop twice as long.
 * @param {() => boolean} isGone whether the caller has hung up
 * @returns {Promise<number>} the number of primes up to n
 */
export function countPrimesInSlices(n, isGone) {
  if (waiting >= LONGEST_QUEUE) return Promise.reject(new QueueFull());
  waiting += 1;
  const result = last.then(() => {
    waiting -= 1;
    return count(n, isGone);
  });
  last = result.catch(() => undefined);
  return result;
}

async function count(n, isGone) {
  let count = n >= 2 ? 1 : 0;
  let end = performance.now() + SLICE_MS;
  for (let candidate = 3; candidate <= n; candidate += 2) {
    if (isOddPrime(candidate)) count += 1;
    // Looking at the clock for every number would cost more than the number.
    if ((candidate & 1023) === 1 && performance.now() > end) {
      await untilNextTurn();
      if (isGone()) throw new CallerGone();
      end = performance.now() + SLICE_MS;
    }
  }
  return count;
}
