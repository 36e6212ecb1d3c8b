/** Points of an attempt: 100 at the start, less what was opened; never below 0. */
export const START_POINTS = 100;

/** What it costs to open a sealed story part before it opens by itself. */
export const REVEAL_COST: Readonly<Record<string, number>> = { investigation: 5, 'root-cause': 25, fix: 40, prevention: 10, myths: 10 };

/** @param costs prices of everything opened in this attempt */
export function pointsLeft(costs: readonly number[]): number {
  return Math.max(0, START_POINTS - costs.reduce((sum, cost) => sum + cost, 0));
}
