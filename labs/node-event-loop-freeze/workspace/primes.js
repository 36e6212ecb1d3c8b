/**
 * How many primes there are up to n. A stand-in for any work that is all arithmetic: a report, a price run, a PDF.
 * @param {number} n
 */
export function countPrimes(n) {
  let count = n >= 2 ? 1 : 0;
  for (let candidate = 3; candidate <= n; candidate += 2) {
    if (isOddPrime(candidate)) count += 1;
  }
  return count;
}

/** @param {number} candidate odd, at least 3 */
export function isOddPrime(candidate) {
  for (let divisor = 3; divisor * divisor <= candidate; divisor += 2) {
    if (candidate % divisor === 0) return false;
  }
  return true;
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
