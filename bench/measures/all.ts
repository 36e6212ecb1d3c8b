import type { Measurement } from '../lib/context.ts';
import { flooding } from './flood.ts';
import { history } from './history.ts';
import { keystroke } from './keystroke.ts';

/** In the order in which they run: what needs a quiet machine first. */
export const MEASUREMENTS: readonly Measurement[] = [keystroke, flooding, history];
