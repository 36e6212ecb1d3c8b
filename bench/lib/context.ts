/** What every measurement gets. */
import type { Browser } from 'playwright-core';
import type { Cleanup } from './cleanup.ts';
import type { FigureName } from './figures.ts';
import type { Measured } from './report.ts';

export interface Bench {
  /** Closes what the measurement opened, when it is through or cut off. */
  readonly cleanup: Cleanup;
  /** Started once for all. */
  browser(): Promise<Browser>;
  /** Fewer rounds. */
  readonly quick: boolean;
  /** One line about what is being done. */
  say(line: string): void;
}

export interface Measurement {
  readonly names: readonly FigureName[];
  measure(bench: Bench): Promise<Measured[]>;
}
