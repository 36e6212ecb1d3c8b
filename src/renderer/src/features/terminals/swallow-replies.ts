/**
 * Programs ask a terminal questions (who are you, where is the cursor). The core's headless screen answers them, so that
 * there is one answer no matter how many viewers look; this viewer therefore keeps its own answers to itself.
 */
import type { Terminal } from '@xterm/xterm';

const QUERIES = [
  { final: 'c' }, // DA1
  { prefix: '>', final: 'c' }, // DA2
  { prefix: '=', final: 'c' }, // DA3
  { final: 'n' }, // DSR
  { prefix: '?', final: 'n' }, // DECDSR
  { intermediates: '$', final: 'p' }, // DECRQM, ANSI modes
  { prefix: '?', intermediates: '$', final: 'p' }, // DECRQM, private modes
  { prefix: '>', final: 'q' }, // XTVERSION
  { prefix: '?', final: 'u' }, // keyboard protocol
] as const;

/** OSC codes that set a colour, or ask for it with `?`. */
const COLOUR_CODES = [4, 10, 11, 12] as const;

export function swallowReplies(terminal: Terminal): void {
  for (const id of QUERIES) terminal.parser.registerCsiHandler(id, () => true);
  terminal.parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true); // DECRQSS
  terminal.parser.registerDcsHandler({ intermediates: '+', final: 'q' }, () => true); // XTGETTCAP
  for (const code of COLOUR_CODES) terminal.parser.registerOscHandler(code, (data) => data.split(';').includes('?'));
}
