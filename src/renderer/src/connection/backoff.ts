/** Milliseconds to wait before the next attempt: 50 after a line that worked, then doubling from 250 ms to 5 s. */
export function backoffMs(failures: number): number {
  return failures <= 0 ? 50 : Math.min(5_000, 250 * 2 ** (failures - 1));
}
