/** Three small calculations, which cost next to nothing, and three orders: whatever is answered must be right. */
import { calculate, countBySieve } from './measuring.mjs';

const PATIENCE_MS = 4000;

export default async function answers(probe) {
  const base = probe.url('api', 8080);
  const looks = [1, 2, 3].flatMap(() => [calculationIsWrong(probe, base), orderIsWrong(probe, base)]);
  return { wrong: (await Promise.all(looks)).filter(Boolean).length };
}

async function calculationIsWrong(probe, base) {
  const n = probe.randomInteger(1000, 20_000);
  const { primes } = await calculate(probe, base, n, { until: Date.now() + PATIENCE_MS, patient: true });
  return primes !== null && primes !== countBySieve(n);
}

async function orderIsWrong(probe, base) {
  const id = probe.randomInteger(1, 5000);
  const order = await probe.request(`${base}/orders/${id}`, { timeoutMs: PATIENCE_MS });
  return order.status === 200 && !order.body.includes(`"id":${id},"items":${1 + (id % 7)},`);
}
