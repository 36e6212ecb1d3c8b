/** A figure against its limit, as a bar. Pure. */
import type { Measurement } from '../../connection/client.ts';

export interface Gauge {
  /** Length of the bar and place of the limit's mark, in per cent. */
  readonly fill: number;
  readonly mark: number;
}

/** Null where a bar would say nothing: a limit of 0 or less, or a figure that has to be exact. */
export function gauge({ value, limit, comparison }: Pick<Measurement, 'value' | 'limit' | 'comparison'>): Gauge | null {
  if (comparison === 'equals' || limit <= 0 || value < 0) return null;
  const ratio = value / limit;
  // Within twice the limit the scale is linear with the mark in the middle; beyond, the bar nears its end slowly.
  const fill = ratio <= 1.6 ? ratio * 50 : 80 + 18 * (1 - 1.6 / ratio);
  return { fill: Math.min(98, Math.max(0, fill)), mark: 50 };
}
