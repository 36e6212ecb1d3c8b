/** What is there of the product at one moment, and whether a run has ended where it began. */
import { table } from './report.ts';

export interface Count {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** How much more the end may have, in the unit, and why. */
  readonly tolerance: number;
}

export function endsWhereItBegan({ before, after, tolerance }: Count): boolean {
  return after - before <= tolerance;
}

export function countTable(counts: readonly Count[]): string {
  return table(
    ['what', 'before', 'after', 'unit', 'may grow by', 'ok'],
    counts.map((count) => [
      count.name,
      String(count.before),
      String(count.after),
      count.unit,
      String(count.tolerance),
      endsWhereItBegan(count) ? 'yes' : 'NO',
    ]),
  );
}
