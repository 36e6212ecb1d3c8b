/**
 * How many primes there are up to n. A stand-in for any work that is all arithmetic: a report, a price run, a PDF.
 * @param {number} n
 */
export function countPrimes(n) {
  // The sieve of Eratosthenes over the odd numbers: index i stands for 2i + 1.
  const half = (n + 1) >> 1;
  const composite = new Uint8Array(half);
  let count = n >= 2 ? 1 : 0;
  for (let i = 1; i < half; i += 1) {
    if (composite[i] === 1) continue;
    count += 1;
    const prime = 2 * i + 1;
    for (let j = (prime * prime - 1) / 2; j < half; j += prime) composite[j] = 1;
  }
  return count;
}

/**
 * The n whose count takes about `seconds` of processor time on this machine.
 * @param {number} seconds
 */
export function calibrate(seconds) {
  const sample = 200_000;
  countPrimes(sample);
  const before = process.cpuUsage();
  countPrimes(sample);
  const used = process.cpuUsage(before);
  const measured = (used.user + used.system) / 1e6;
  // Each number costs up to its square root, so the whole grows a little slower than n to the power of 1.5.
  return Math.round(sample * (seconds / measured) ** (1 / 1.43));
}
