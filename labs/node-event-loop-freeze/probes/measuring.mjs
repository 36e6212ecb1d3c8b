/** What the probes of this lab share: sizes that cost the same on every machine, right answers, and a caller's patience. */
import { Agent, get } from 'node:http';

/** The same work as the service's, so that a size found here costs about as much there. */
function countPrimes(n) {
  let count = n >= 2 ? 1 : 0;
  for (let candidate = 3; candidate <= n; candidate += 2) {
    let prime = 1;
    for (let divisor = 3; divisor * divisor <= candidate; divisor += 2) {
      if (candidate % divisor === 0) {
        prime = 0;
        break;
      }
    }
    count += prime;
  }
  return count;
}

/** Seconds of processor time that `SAMPLE` costs here. Processor time, so that a busy machine does not matter. */
const SAMPLE = 200_000;
function sampleSeconds() {
  countPrimes(SAMPLE / 2);
  const before = process.cpuUsage();
  countPrimes(SAMPLE);
  const used = process.cpuUsage(before);
  return Math.max(1, used.user + used.system) / 1e6;
}

/** @returns a function from seconds of processor time to the n that costs about as much */
export function calibrate() {
  const sample = sampleSeconds();
  return (seconds) => Math.round(SAMPLE * (seconds / sample) ** (1 / 1.43));
}

/**
 * @returns the number of primes up to n
 * @param base a number up to which `known` primes are known; only what lies between is counted here
 */
export function countBySieve(n, base = 1, known = 0) {
  const composite = new Uint8Array(n - base + 1);
  const root = Math.floor(Math.sqrt(n));
  const small = new Uint8Array(root + 1);
  for (let p = 2; p <= root; p += 1) {
    if (small[p] === 1) continue;
    for (let j = p * p; j <= root; j += p) small[j] = 1;
    for (let j = Math.max(p * p, Math.ceil((base + 1) / p) * p); j <= n; j += p) composite[j - base] = 1;
  }
  let count = known;
  for (let i = base + 1; i <= n; i += 1) count += 1 - composite[i - base];
  return count;
}

/** Smallest value that `share` of the values do not exceed. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** So many that each of a handful of processes which share the port has some. */
const CALLERS = 16;

/** Callers who ask for /health in turn, each on a connection that it keeps. */
export class KeepingCallers {
  #agents = Array.from({ length: CALLERS }, () => new Agent({ keepAlive: true }));
  #turn = 0;
  #patienceMs;

  constructor(patienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** Every caller asks once, so that its connection is there. */
  async connect(base) {
    await Promise.all(this.#agents.map(() => this.healthMs(base)));
  }

  /** @returns milliseconds to the end of a good answer, or the whole patience */
  healthMs(base) {
    const begun = performance.now();
    const agent = this.#agents[this.#turn];
    this.#turn = (this.#turn + 1) % CALLERS;
    return new Promise((resolve) => {
      const request = get(`${base}/health`, { agent, signal: AbortSignal.timeout(this.#patienceMs) }, (answer) => {
        answer.on('error', () => resolve(this.#patienceMs));
        answer.on('end', () => resolve(answer.statusCode === 200 ? performance.now() - begun : this.#patienceMs));
        answer.resume();
      });
      request.on('error', () => resolve(this.#patienceMs));
    });
  }

  close() {
    for (const agent of this.#agents) agent.destroy();
  }
}

/** Waits until the service answers /health, as after a restart. @returns false when it does not within `timeoutMs` */
export async function waitUntilUp(probe, base, timeoutMs) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const answer = await probe.request(`${base}/health`, { timeoutMs: 5000 });
    if (answer.status === 200) return true;
    await probe.sleep(200);
  }
  return false;
}

/**
 * Asks for one calculation as its callers do: a 202 is followed to where it points, a 503 is tried again when `patient`.
 * @returns the first status that was seen, whether it named a place to ask at, and the number of primes or null when none came
 * before `until`
 */
export async function calculate(probe, base, n, { until, patient }) {
  const left = () => Math.max(1, until - Date.now());
  let answer = await probe.request(`${base}/calculate?n=${n}`, { timeoutMs: left() });
  const status = answer.status;
  while (patient && answer.status === 503 && Date.now() + 300 < until) {
    await probe.sleep(300);
    answer = await probe.request(`${base}/calculate?n=${n}`, { timeoutMs: left() });
  }
  const place = answer.headers.location;
  while (answer.status === 202 && place !== undefined && Date.now() + 200 < until) {
    await probe.sleep(200);
    const next = await probe.request(new URL(place, base).href, { timeoutMs: left() });
    if (next.status === 200) answer = next;
    else if (next.status !== 202) break;
  }
  return { status, hasPlace: place !== undefined, primes: answer.status === 200 ? primesOf(answer.body, n) : null };
}

/** @returns the number in the answer; NaN when the answer is not about this n */
function primesOf(body, n) {
  try {
    const value = JSON.parse(body);
    return value.n === n && typeof value.primes === 'number' ? value.primes : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
