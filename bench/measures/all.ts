import type { Measurement } from '../lib/context.ts';
import { clickToPrompt } from './click-to-prompt.ts';
import { flooding } from './flood.ts';
import { gate } from './gate.ts';
import { history } from './history.ts';
import { keystroke } from './keystroke.ts';
import { memory } from './memory.ts';
import { loading, starting } from './page.ts';
import { sessions } from './sessions.ts';

/** In the order in which they run. */
export const MEASUREMENTS: readonly Measurement[] = [
  clickToPrompt,
  keystroke,
  flooding,
  starting,
  loading,
  memory,
  history,
  gate,
  sessions,
];
