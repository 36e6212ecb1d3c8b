/** Thirty calculations of random size at once. Each caller must be told something: a result, a place to ask, or 'later'. */
import { calculate, calibrate, countBySieve, waitUntilUp } from './measuring.mjs';

const CALLERS = 30;
const PATIENCE_MS = 12_000;
/** What several processes of one program share of it, so that it is counted once. */
const SHARED_BYTES = 40 * 1_048_576;

export default async function burst(probe) {
  const base = probe.url('api', 8080);
  if (!(await waitUntilUp(probe, base, 12_000))) return { told: 0, served: 0, wrong: 0, restarts: 0, peakMiB: 0 };
  const costing = calibrate();
  const sizes = Array.from({ length: CALLERS }, () => costing(probe.randomInteger(60, 100) / 1000));

  const before = await probe.service('api');
  const until = Date.now() + PATIENCE_MS;
  let open = true;
  const peak = watchMemory(probe, () => open);
  const answers = await Promise.all(sizes.map((n) => calculate(probe, base, n, { until, patient: false })));
  open = false;
  const peakBytes = await peak;
  const after = await probe.service('api');

  const results = answers.filter(({ primes }) => primes !== null).length;
  const served = answers.filter(({ primes }, place) => primes !== null && primes === countBySieve(sizes[place])).length;
  return {
    told: answers.filter(({ status, hasPlace, primes }) => status === 503 || (status === 202 && hasPlace) || primes !== null).length,
    served,
    wrong: results - served,
    restarts: after.restarts - before.restarts,
    peakMiB: Math.round(peakBytes / 1_048_576),
  };
}

/** @returns the most memory that the service's processes held together while `open`, in bytes */
async function watchMemory(probe, open) {
  let most = 0;
  do {
    const sizes = (await probe.processes('api')).map((process) => process.peakResidentBytes).sort((a, b) => b - a);
    const bytes = sizes.reduce((sum, size, place) => sum + (place === 0 ? size : Math.max(0, size - SHARED_BYTES)), 0);
    most = Math.max(most, bytes);
    await probe.sleep(300);
  } while (open());
  return most;
}
