/** Figures out of samples. Pure. */

/**
 * @param fraction from 0 to 1: 0.5 is the median
 * @returns the smallest sample that at least this fraction of all does not exceed (nearest rank)
 * @throws when there are no samples
 */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
  if (found === undefined) throw new Error('no samples');
  return found;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}
